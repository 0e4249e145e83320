//go:build unix

package divert

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Diversion is the program's side. It is made with [Start] or [StartTee].
type Diversion struct {
	pipes []*pipe
	tees  bool // the readers are tee, which says nothing and hears nothing

	commands *os.File // to the helper
	answers  *os.File // of the helper

	mu      sync.Mutex
	taken   bool
	lost    func(error) // called once when a helper dies while it is needed
	ended   bool        // the descriptors were given back, for whatever reason
	readers sync.WaitGroup
}

// pipe is what one stream, or both, go through.
type pipe struct {
	fds    []int    // of this process that are diverted into it
	saved  []int    // what they were
	read   *os.File // stays open: a reader that dies takes nothing along
	write  *os.File // until the descriptors are taken
	reader *os.Process
}

// reserved is the least descriptor that copies get: below it programs look for
// those they were started with.
const reserved = 10

// open makes the pipes and copies the descriptors. Nothing is diverted yet.
func open() (*Diversion, error) {
	d := &Diversion{}
	for _, fds := range plan() {
		p := &pipe{fds: fds}
		d.pipes = append(d.pipes, p)
		if err := p.open(); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	if len(d.pipes) == 0 {
		return nil, errors.New("stdout and stderr are closed")
	}
	return d, nil
}

func (p *pipe) open() (err error) {
	for _, fd := range p.fds {
		saved, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, reserved)
		if err != nil {
			return fmt.Errorf("copy the descriptor %d: %w", fd, err)
		}
		p.saved = append(p.saved, saved)
	}
	if p.read, p.write, err = os.Pipe(); err != nil {
		return err
	}
	// The program and its children must find what they know: writes that wait.
	return use(p.write, func(fd int) error { return unix.SetNonblock(fd, false) })
}

// use calls what needs a file's descriptor, without changing the file's mode
// as its method Fd does.
func use(f *os.File, call func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = call(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// descriptor is for calls that end before the file is closed.
func descriptor(f *os.File) (fd int) {
	_ = use(f, func(n int) error { fd = n; return nil })
	return fd
}

// Take diverts what is printed from now on. lost is called, once, when the
// other process dies before Finish; the descriptors are as they were by then.
func (d *Diversion) Take(lost func(error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.pipes {
		for _, fd := range p.fds {
			if err := replace(descriptor(p.write), fd); err != nil {
				d.restore()
				return fmt.Errorf("divert the descriptor %d: %w", fd, err)
			}
		}
	}
	for _, p := range d.pipes {
		p.write.Close()
	}
	d.taken, d.lost = true, lost
	for _, p := range d.pipes {
		if p.reader != nil {
			d.readers.Go(func() { d.watch(p.reader) })
		}
	}
	return nil
}

// Readers are the processes that read the pipes.
func (d *Diversion) Readers() (pids []int) {
	for _, p := range d.pipes {
		if p.reader != nil {
			pids = append(pids, p.reader.Pid)
		}
	}
	return pids
}

// restore gives the descriptors back.
func (d *Diversion) restore() {
	for _, p := range d.pipes {
		for i, fd := range p.fds {
			_ = replace(p.saved[i], fd) // a descriptor that this process has cannot be refused
		}
	}
}

// Write prints past the diversion, to what descriptor 2 was, or 1 where that
// was closed.
func (d *Diversion) Write(data []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.pipes[len(d.pipes)-1]
	fd := p.fds[len(p.fds)-1]
	if !d.ended {
		fd = p.saved[len(p.saved)-1]
	}
	writeAll(fd, data)
	return len(data), nil
}

// Drop ends a diversion whose descriptors were not taken.
func (d *Diversion) Drop() {
	for _, p := range d.pipes {
		if p.reader != nil {
			_ = p.reader.Kill()
			_, _ = p.reader.Wait()
		}
	}
	_ = d.close()
}

func (d *Diversion) close() error {
	for _, p := range d.pipes {
		p.close()
	}
	for _, f := range []*os.File{d.commands, d.answers} {
		if f != nil {
			f.Close()
		}
	}
	return nil
}

// close lets go of everything but the other process.
func (p *pipe) close() {
	for _, fd := range p.saved {
		unix.Close(fd)
	}
	p.saved = nil
	for _, f := range []*os.File{p.read, p.write} {
		if f != nil {
			f.Close()
		}
	}
}
