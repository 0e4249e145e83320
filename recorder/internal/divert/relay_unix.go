//go:build unix

package divert

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// chunk is how many bytes are moved at once.
const chunk = 64 << 10

// Relay passes on what comes through a pipe, and shows it to whoever keeps it.
type Relay struct {
	FD int // where it passes on to: the stream's first descriptor, 1 or 2

	from  int
	moves mover
	keep  atomic.Pointer[func([]byte)]
	wake  [2]*os.File
	moved atomic.Int64
	end   chan struct{}

	mu     sync.Mutex
	drains []drain
}

// drain is a wish to know when everything up to a byte was moved.
type drain struct {
	until int64
	done  chan struct{}
}

// NewRelays are the relays of a job, in a helper that was started for it.
// keep is called with what was printed on a descriptor before it is passed on.
func NewRelays(job Job, keep func(fd int, data []byte)) ([]*Relay, error) {
	var relays []*Relay
	for i, s := range job.Streams {
		unix.CloseOnExec(pipesFD + i)
		r, err := NewRelay(pipesFD+i, s.FD, func(data []byte) { keep(s.FD, data) })
		if err != nil {
			return nil, err
		}
		relays = append(relays, r)
	}
	return relays, nil
}

// NewRelay is a relay of the pipe that from reads, to this process's
// descriptor to. keep is called with what came before it is passed on.
func NewRelay(from, to int, keep func(data []byte)) (r *Relay, err error) {
	r = &Relay{FD: to, from: from, end: make(chan struct{})}
	r.keep.Store(&keep)
	if r.wake[0], r.wake[1], err = os.Pipe(); err != nil {
		return nil, err
	}
	r.moves, err = newMover()
	return r, err
}

// Run moves bytes until no process has the pipe open for writing.
func (r *Relay) Run() {
	defer close(r.end)
	wake := descriptor(r.wake[0])
	for {
		fds := []unix.PollFd{{Fd: int32(r.from), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
		wait(fds, r.patience())
		if fds[1].Revents != 0 {
			_ = read(wake, make([]byte, 64))
		}
		if fds[0].Revents != 0 {
			n := r.moves.move(r.from, r.FD, *r.keep.Load())
			if n == 0 {
				r.answer(true)
				return
			}
			r.moved.Add(int64(n))
		}
		r.answer(fds[0].Revents == 0)
	}
}

// patience is how long there is to wait for bytes, as poll(2) takes it: not at
// all while somebody waits to hear that there are none.
func (r *Relay) patience() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.drains) > 0 {
		return 0
	}
	return -1
}

// answer tells those who wait for a drain that it is done.
func (r *Relay) answer(empty bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.drains[:0]
	for _, d := range r.drains {
		if !empty && r.moved.Load() < d.until {
			kept = append(kept, d)
			continue
		}
		close(d.done)
	}
	r.drains = kept
}

// Drained is closed when everything that is in the pipe now has been moved.
func (r *Relay) Drained() <-chan struct{} {
	waiting, err := unix.IoctlGetInt(r.from, fionread)
	if err != nil {
		waiting = 0
	}
	d := drain{until: r.moved.Load() + chunk + int64(waiting), done: make(chan struct{})}
	r.mu.Lock()
	r.drains = append(r.drains, d)
	r.mu.Unlock()
	select {
	case <-r.end:
		r.answer(true)
	default:
		_, _ = r.wake[1].Write([]byte{0})
	}
	return d.done
}

// Ended is closed when no process has the pipe open for writing any more, and
// all was passed on.
func (r *Relay) Ended() <-chan struct{} { return r.end }

// Forget passes on what comes from now on and shows it to nobody.
func (r *Relay) Forget() {
	nothing := func([]byte) {}
	r.keep.Store(&nothing)
}

// Settle waits until the pipe has ended, or nothing has come for idle, at most
// for limit. It reports whether the pipe has ended.
func (r *Relay) Settle(idle, limit time.Duration) bool {
	step := idle / 10
	deadline := time.Now().Add(limit)
	last, since := int64(-1), time.Now()
	for {
		if now := r.moved.Load(); now != last || readable(r.from) {
			last, since = now, time.Now()
		}
		if time.Since(since) >= idle || time.Now().After(deadline) {
			return false
		}
		select {
		case <-r.end:
			return true
		case <-time.After(step):
		}
	}
}
