package journal

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

// Windows of mapped memory grow from firstWindow, so that a run of ten values
// costs little, to fullWindow.
const (
	firstWindow = 64 << 10
	fullWindow  = 4 << 20
)

// window is a part of the file as memory.
type window struct {
	mem   []byte
	start int64 // place of mem[0] in the file, a multiple of the page size
}

func (w window) end() int64 { return w.start + int64(len(w.mem)) }

// mapped puts frames into shared memory of the file, which the kernel keeps
// when the program is killed. Room is taken from the disk with fallocate
// before it is mapped: a full disk is an error there, not a signal here.
type mapped struct {
	f         *os.File
	page      int64
	cur, next window
	old       []window // to be unmapped by prepare
	grow      int64    // length of the next window
	wake      int64    // place from which on wants is true
	closed    bool
}

func newMapped(f *os.File, off int64) (*mapped, error) {
	m := &mapped{f: f, page: int64(os.Getpagesize()), grow: firstWindow, wake: math.MaxInt64}
	err := m.advance(off, 1)
	if noRoom(err) {
		return m, nil // frames try again
	}
	return m, err
}

// noRoom says whether an error may go away when somebody makes room.
func noRoom(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG)
}

func (m *mapped) put(off int64, word uint64, fixed, payload []byte) error {
	size := frameSize(len(fixed), len(payload))
	if off+size > m.cur.end() {
		if err := m.advance(off, size); err != nil {
			return err
		}
	}
	dst := m.cur.mem[off-m.cur.start:][:size]
	if len(dst) == wordSize+narrowFixed && len(fixed) == narrowFixed { // the many
		binary.NativeEndian.PutUint64(dst[8:], binary.NativeEndian.Uint64(fixed))
		binary.NativeEndian.PutUint64(dst[16:], binary.NativeEndian.Uint64(fixed[8:]))
	} else {
		copy(dst[wordSize:], fixed)
		copy(dst[wordSize+len(fixed):], payload)
	}
	if cpu.IsBigEndian {
		word = bits.ReverseBytes64(word)
	}
	atomic.StoreUint64((*uint64)(unsafe.Pointer(&dst[0])), word)
	return nil
}

// advance makes a window current that holds size bytes at off.
func (m *mapped) advance(off, size int64) error {
	if m.next.mem != nil && off >= m.next.start && off+size <= m.next.end() {
		w := m.next
		m.next = window{}
		m.use(w)
		return nil
	}
	w, err := m.room(off/m.page*m.page, off%m.page+size, m.grow)
	if err != nil {
		return err
	}
	m.use(w)
	return nil
}

// use makes w current. What was prepared to follow the one before is of no use
// any more.
func (m *mapped) use(w window) {
	for _, old := range []window{m.cur, m.next} {
		if old.mem != nil {
			m.old = append(m.old, old)
		}
	}
	m.cur, m.next = w, window{}
	m.grow = min(m.grow*4, fullWindow)
	m.wake = w.start + int64(len(w.mem))/2
}

// room takes space from the disk and maps it: need bytes from start on, and
// grow of them if there is as much. It changes nothing of m.
func (m *mapped) room(start, need, grow int64) (window, error) {
	need = (need + m.page - 1) / m.page * m.page
	length := max(need, grow)
	err := m.allocate(start, length)
	if err != nil && length > need {
		length = need
		err = m.allocate(start, length)
	}
	if err != nil {
		return window{}, err
	}
	var mem []byte
	err = control(m.f, func(fd int) (err error) {
		mem, err = unix.Mmap(fd, start, int(length), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		return err
	})
	return window{mem: mem, start: start}, err
}

// allocate retries when a signal comes in between: Go sends itself many.
func (m *mapped) allocate(start, length int64) error {
	return control(m.f, func(fd int) error {
		deadline := time.Now().Add(patience)
		for {
			err := unix.Fallocate(fd, 0, start, length)
			if !errors.Is(err, unix.EINTR) || time.Now().After(deadline) {
				return err
			}
		}
	})
}

func (m *mapped) fits(off, size int64) bool {
	return off+size <= m.cur.end() || (m.next.mem != nil && off >= m.next.start && off+size <= m.next.end())
}

func (m *mapped) wants(off int64) bool {
	if off < m.wake {
		return false
	}
	m.wake = math.MaxInt64
	return true
}

func (m *mapped) prepare(mu sync.Locker) {
	mu.Lock()
	cur, old, grow, closed := m.cur, m.old, m.grow, m.closed
	needed := m.next.mem == nil && cur.mem != nil && m.wake == math.MaxInt64
	m.old = nil
	mu.Unlock()
	for _, w := range old {
		unix.Munmap(w.mem)
	}
	if closed || !needed {
		return
	}
	// A scalar that does not fit any more begins in the last page.
	w, err := m.room(cur.end()-m.page, m.page, grow)
	if err != nil {
		return // the frame that needs the room will say so
	}
	mu.Lock()
	defer mu.Unlock()
	if m.closed || m.next.mem != nil || m.cur.start != cur.start || len(m.cur.mem) != len(cur.mem) {
		unix.Munmap(w.mem)
		return
	}
	m.next = w
}

// sync: the kernel writes pages dirtied through memory like any others.
func (m *mapped) sync() error {
	return control(m.f, unix.Fdatasync)
}

func (m *mapped) content() *os.File { return m.f }

func (m *mapped) state() (uint64, int64, error) {
	info, err := m.f.Stat()
	if err != nil {
		return 0, 0, err
	}
	return linkCount(info), info.Size(), nil
}

func (m *mapped) finish(end int64) error {
	m.closed = true
	for _, w := range append(m.old, m.cur, m.next) {
		if w.mem != nil {
			unix.Munmap(w.mem)
		}
	}
	m.old, m.cur, m.next = nil, window{}, window{}
	if end < 0 {
		return m.f.Close()
	}
	return errors.Join(m.f.Truncate(end), m.f.Sync(), m.f.Close())
}
