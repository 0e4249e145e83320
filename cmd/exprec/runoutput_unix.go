//go:build unix

package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// descriptor is one of our own standard streams, written to as it is: also one
// that somebody makes non-blocking meanwhile.
type descriptor struct {
	fd   int
	gone bool // the terminal
}

// write writes all of b. A terminal that has gone is no error: the command is
// told by a signal, and may go on.
func (d *descriptor) write(b []byte) error {
	for len(b) > 0 && !d.gone {
		n, err := unix.Write(d.fd, b)
		switch {
		case err == nil:
			b = b[n:]
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			d.wait()
		case errors.Is(err, unix.EIO):
			d.gone = true
		default:
			return err
		}
	}
	return nil
}

// wait returns when the descriptor may take more.
func (d *descriptor) wait() {
	_, _ = unix.Poll([]unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLOUT}}, -1)
}
