//go:build unix && !linux

package divert

const fionread = 0x4004667f

// mover moves bytes out of a pipe.
type mover struct{ buf []byte }

func newMover() (mover, error) { return mover{buf: make([]byte, chunk)}, nil }

// move moves what there is, at most a chunk, and gives how much that was; 0 is
// the end of the pipe.
func (m *mover) move(from, to int, keep func([]byte)) int {
	n := read(from, m.buf)
	if n > 0 {
		keep(m.buf[:n])
		writeAll(to, m.buf[:n])
	}
	return n
}
