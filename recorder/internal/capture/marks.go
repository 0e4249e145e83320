package capture

import "time"

const (
	// minGap is the least time between two marks of one stream.
	minGap = 10 * time.Millisecond
	// gapShare makes the gap grow with the time that has passed, so that a
	// program that prints for days does not fill the disk with marks.
	gapShare = 100_000
	// maxChanges bounds how many marks are made because the stream changed.
	maxChanges = 1 << 18
)

// marks decides when the order and the time of what was printed are noted.
type marks struct {
	call    func(Stream, int64)
	began   time.Time
	last    time.Time // of the last call
	dirty   [2]int64  // by stream: bytes written that no call has told of, 0 none
	order   [2]Stream // the dirty streams in the order they were written to
	changes int
	armed   bool // a timer will flush
}

// gap is the present least time between two marks.
func (m *marks) gap() time.Duration {
	return max(minGap, time.Since(m.began)/gapShare)
}

// before tells of the other stream before this one is written to.
func (m *marks) before(name Stream) {
	if m.order[0] != 0 && m.order[0] != name && m.changes < maxChanges {
		m.changes++
		m.flush()
	}
}

// after notes that a stream was written up to size. It reports whether a timer
// is to flush in a gap's time.
func (m *marks) after(name Stream, size int64) (arm bool) {
	m.dirty[name-Stdout] = size
	if m.order[0] == 0 {
		m.order[0] = name
	} else if m.order[0] != name {
		m.order[1] = name
	}
	if time.Since(m.last) >= m.gap() {
		m.flush()
		return false
	}
	arm, m.armed = !m.armed, true
	return arm
}

func (m *marks) flush() {
	m.armed = false
	for i, name := range m.order {
		if name != 0 && m.call != nil {
			m.call(name, m.dirty[name-Stdout])
		}
		m.order[i] = 0
	}
	m.last = time.Now()
}
