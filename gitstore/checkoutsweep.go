package gitstore

import (
	"os"
	"path/filepath"
	"strings"
)

// checkoutPrefix begins the name of a folder that is being checked out.
const checkoutPrefix = ".exprec-checkout-"

// newStaging makes the folder that becomes a checkout, locked for as long as
// this process is at work on it. The file is nil where there are no locks.
func newStaging(parent string) (string, *os.File, error) {
	dir, err := os.MkdirTemp(parent, checkoutPrefix)
	if err != nil {
		return "", nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		os.Remove(dir)
		return "", nil, err
	}
	if held, err := lockFile(f); !held || err != nil { // the age decides alone
		f.Close()
		return dir, nil, nil
	}
	return dir, f, nil
}

// sweepCheckouts removes what killed checkouts left in a folder, where it is
// the user's own. What cannot be removed does no harm.
func sweepCheckouts(parent string) {
	for _, name := range namesIn(parent) {
		if strings.HasPrefix(name, checkoutPrefix) {
			sweepCheckout(filepath.Join(parent, name))
		}
	}
}

func sweepCheckout(dir string) {
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || !ownedByUser(dir) {
		return
	}
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !abandoned(f, info, settleAge) {
		return
	}
	os.RemoveAll(dir)
}
