package divert

import (
	"errors"

	"golang.org/x/sys/unix"
)

const fionread = unix.TIOCINQ

// mover moves bytes out of a pipe. It looks at them through a second pipe,
// while they stay in the first, until the kernel passes them on.
type mover struct {
	look  [2]int
	buf   []byte
	plain bool // the target takes no bytes from a pipe
}

func newMover() (mover, error) {
	m := mover{buf: make([]byte, chunk)}
	err := unix.Pipe2(m.look[:], unix.O_CLOEXEC|unix.O_NONBLOCK)
	return m, err
}

// move moves what there is, at most a chunk, and gives how much that was; 0 is
// the end of the pipe.
func (m *mover) move(from, to int, keep func([]byte)) int {
	if m.plain {
		return m.copy(from, to, keep)
	}
	n, err := unix.Tee(from, m.look[1], len(m.buf), unix.SPLICE_F_NONBLOCK)
	switch {
	case err != nil:
		m.plain = !again(from, err, unix.POLLIN)
		return m.move(from, to, keep)
	case n == 0:
		return 0
	}
	data := m.buf[:n]
	for at := 0; at < len(data); {
		got := read(m.look[0], data[at:])
		if got == 0 {
			data = data[:at]
		}
		at += got
	}
	keep(data)
	m.pass(from, to, data)
	return int(n)
}

// copy is for targets that take no bytes from a pipe.
func (m *mover) copy(from, to int, keep func([]byte)) int {
	n := read(from, m.buf)
	if n > 0 {
		keep(m.buf[:n])
		writeAll(to, m.buf[:n])
	}
	return n
}

// pass has the kernel move the bytes that are data from the pipe to the
// target. What the target refuses is dropped.
func (m *mover) pass(from, to int, data []byte) {
	for len(data) > 0 {
		n, err := unix.Splice(from, nil, to, nil, len(data), 0)
		if n > 0 {
			data = data[n:]
			continue
		}
		if err == nil || again(to, err, unix.POLLOUT) {
			continue
		}
		m.plain = errors.Is(err, unix.EINVAL)
		if m.plain {
			writeAll(to, data)
		}
		for len(data) > 0 {
			n := read(from, m.buf[:len(data)])
			if n == 0 {
				return
			}
			data = data[n:]
		}
	}
}
