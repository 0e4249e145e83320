//go:build unix

package divert

import (
	"errors"

	"golang.org/x/sys/unix"
)

// writeAll writes to a descriptor that may be non-blocking. What it refuses is
// lost, as it would be to the program: it has been told so far that its writes
// succeed.
func writeAll(fd int, data []byte) {
	for len(data) > 0 {
		n, err := unix.Write(fd, data)
		if n > 0 {
			data = data[n:]
		}
		if err != nil && !again(fd, err, unix.POLLOUT) {
			return
		}
	}
}

// again waits until a call that err refused can be made again; false where it
// cannot.
func again(fd int, err error, events int16) bool {
	switch {
	case errors.Is(err, unix.EINTR):
		return true
	case errors.Is(err, unix.EAGAIN):
		wait([]unix.PollFd{{Fd: int32(fd), Events: events}}, -1)
		return true
	}
	return false
}

// wait is poll(2) that no signal ends. The timeout, in milliseconds, is at
// least that.
func wait(fds []unix.PollFd, timeout int) int {
	for {
		n, err := unix.Poll(fds, timeout)
		if !errors.Is(err, unix.EINTR) {
			return n
		}
	}
}

// read reads from a pipe that may be non-blocking; 0 is its end.
func read(fd int, buf []byte) int {
	for {
		n, err := unix.Read(fd, buf)
		if err == nil {
			return n
		}
		if !again(fd, err, unix.POLLIN) {
			return 0
		}
	}
}

// readable reports whether a pipe has bytes.
func readable(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	return wait(fds, 0) > 0 && fds[0].Revents&unix.POLLIN != 0
}
