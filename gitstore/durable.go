package gitstore

import (
	"errors"
	"fmt"
	"os"
)

// writeNew writes a durable file that must not exist. Its name is durable when
// its folder is synced.
func writeNew(name string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write %q: %w", name, err)
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error { return syncFile(dir) }

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
