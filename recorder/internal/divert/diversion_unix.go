//go:build unix

package divert

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

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

// watch waits for the end of the other process. It is this one's child.
func (d *Diversion) watch(reader *os.Process) {
	state, err := reader.Wait()
	if err == nil {
		err = fmt.Errorf("its reader ended early: %s", state)
	}
	d.mu.Lock()
	lost := d.lost
	was := d.ended
	if !was {
		d.takeBack()
	}
	d.mu.Unlock()
	if !was && lost != nil {
		lost(err)
	}
}

// takeBack passes on what is in the pipes and gives the descriptors back. What
// children still print comes through the pipes as long as this process lives.
func (d *Diversion) takeBack() {
	d.ended = true
	for _, p := range d.pipes {
		_ = use(p.read, func(fd int) error { p.pass(fd, readable); return nil })
	}
	d.restore()
	for _, p := range d.pipes {
		go func() {
			_ = use(p.read, func(fd int) error { p.pass(fd, func(int) bool { return true }); return nil })
			p.close()
		}()
	}
}

// pass moves bytes from the pipe to where they would have gone, to its end or
// while more says so.
func (p *pipe) pass(from int, more func(fd int) bool) {
	buf := make([]byte, 64<<10)
	for more(from) {
		n := read(from, buf)
		if n == 0 {
			return
		}
		writeAll(p.saved[0], buf[:n])
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

// errSlow: the helper has more to pass on than there is time for, or somebody
// holds up what it writes to. It goes on by itself.
var errSlow = errors.New("the output is held up on its way")

// Finish gives the descriptors back and waits until what was printed has been
// passed on, and the helper has let go of the run, at most for timeout. An
// error means that the helper goes on with both.
func (d *Diversion) Finish(timeout time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended || !d.taken {
		return nil
	}
	d.ended = true
	d.restore()
	defer func() {
		for _, p := range d.pipes {
			p.close()
		}
	}()
	if d.tees {
		return d.finishTees(timeout)
	}
	defer d.answers.Close()
	defer d.commands.Close()
	if _, err := d.commands.Write([]byte{Finish}); err != nil {
		return err
	}
	return d.expect(Done, timeout)
}

// Panicking tells the helper that the program is about to die. The descriptors
// stay diverted, for its last words. Where it recovers the panic instead the
// helper ends after a while, and they are given back.
func (d *Diversion) Panicking() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended || d.tees {
		return errors.New("no helper waits for the end of the program")
	}
	d.lost = nil
	_, err := d.commands.Write([]byte{Panicking})
	return err
}

// maxAnswer is how long an answer can be: what a pipe takes in one piece.
const maxAnswer = 4096

// expect waits for an answer.
func (d *Diversion) expect(answer byte, timeout time.Duration) error {
	if err := d.answers.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	got := make([]byte, maxAnswer)
	n, err := d.answers.Read(got)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	case err != nil:
		return errors.New("its helper ended early")
	case got[0] == answer:
		return nil
	case got[0] == Failed:
		return errors.New(string(got[1:n]))
	}
	return fmt.Errorf("its helper answered %q", got[:n])
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
