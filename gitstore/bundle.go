package gitstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Bundle writes refs with all that they reach into one file, which [Store.Remote]
// takes as an address and git as a remote. The error is [ErrExists] where the
// file exists; where it fails there is none.
func (s *Store) Bundle(ctx context.Context, file string, refs []Ref) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%w: %q", ErrExists, file)
	}
	var names bytes.Buffer
	for _, ref := range refs {
		if err := checkRefName(ref.Name); err != nil {
			return err
		}
		fmt.Fprintln(&names, ref.Name)
	}
	unfinished := file + ".new"
	defer os.Remove(unfinished)
	if err := s.git(ctx, &names, nil, "bundle", "create", "--quiet", unfinished, "--stdin"); err != nil {
		return err
	}
	// A link does not replace what somebody has put there meanwhile.
	err = errors.Join(syncFile(unfinished), os.Link(unfinished, file))
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%w: %q", ErrExists, file)
	}
	return err
}
