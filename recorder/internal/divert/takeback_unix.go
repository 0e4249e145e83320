//go:build unix

package divert

import (
	"fmt"
	"os"
)

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
