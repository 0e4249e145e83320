//go:build !unix

package gitstore

import (
	"errors"
	"os"
)

func umask() os.FileMode { return 0o022 }

func isNotDir(error) bool { return false }

func writable(dir string) error {
	_, err := os.Stat(dir)
	return err
}

func ownedByUser(string) bool { return true }

func sameDevice(string, string) bool { return true }

// lockFile knows no locks here: what a dead process left is told by its age.
func lockFile(*os.File) (held bool, err error) { return false, errors.ErrUnsupported }

func shareFile(*os.File) (held bool, err error) { return false, errors.ErrUnsupported }

func openWithoutWaiting(file string) (*os.File, error) { return os.Open(file) }
