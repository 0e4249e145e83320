//go:build unix

package gitstore

import "golang.org/x/sys/unix"

// Flags of opening a file that may have been replaced meanwhile: a link is not
// followed, a FIFO not waited for.
const (
	openNoFollow = unix.O_NOFOLLOW
	openNoWait   = unix.O_NONBLOCK
)
