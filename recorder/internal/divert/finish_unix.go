//go:build unix

package divert

import (
	"errors"
	"fmt"
	"os"
	"time"
)

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
