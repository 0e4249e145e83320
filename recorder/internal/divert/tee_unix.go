//go:build unix

package divert

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// StartTee has tee read the pipes, one a pipe: it appends to the file for the
// first of the pipe's descriptors. Nobody sees the end of the program then.
func StartTee(path string, file func(fd int) string) (*Diversion, error) {
	d, err := open()
	if err != nil {
		return nil, err
	}
	d.tees = true
	for _, p := range d.pipes {
		if err := p.startTee(path, file(p.fds[0])); err != nil {
			d.Drop()
			return nil, fmt.Errorf("start tee: %w", err)
		}
	}
	return d, nil
}

// errNonblocking: tee drops what such a descriptor does not take at once.
var errNonblocking = errors.New("stdout or stderr is non-blocking, and tee would lose output")

func (p *pipe) startTee(path, file string) error {
	for _, fd := range p.saved {
		if nonblocking(fd) {
			return errNonblocking
		}
	}
	from := descriptor(p.read)
	if err := unix.SetNonblock(from, false); err != nil {
		return err
	}
	// What tee has to say of a full disk is no part of the program's output.
	silence, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer silence.Close()
	p.reader, err = Spawn(path, []string{"tee", "-i", "-a", file}, []int{from, p.saved[0], descriptor(silence)})
	return err
}

// finishTees waits until the readers have seen the end, or, where children of
// the program keep a pipe open, until it is empty.
func (d *Diversion) finishTees(timeout time.Duration) error {
	gone := make(chan struct{})
	go func() {
		d.readers.Wait()
		close(gone)
	}()
	for deadline := time.Now().Add(timeout); ; {
		select {
		case <-gone:
			return nil
		case <-time.After(settle):
		}
		if time.Now().After(deadline) {
			return errSlow
		}
		if !d.pending() {
			return nil
		}
	}
}

// settle is how long an empty pipe is watched before it counts as read.
const settle = 50 * time.Millisecond

func (d *Diversion) pending() bool {
	for _, p := range d.pipes {
		if readable(descriptor(p.read)) {
			return true
		}
	}
	return false
}
