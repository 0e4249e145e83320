//go:build unix

package recorder

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/death"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// watch keeps the output until the program or its run ends, and seals the run.
func (v *supervision) watch() {
	for {
		select {
		case c := <-v.control:
			if c.finish {
				v.finished(c.exit)
				return
			}
		case end := <-v.died:
			v.ended(end)
			return
		}
	}
}

// finished ends the run of a program that says it has done its part, and with
// which exit code it is about to end, where it knows that.
func (v *supervision) finished(exit *int) {
	late := time.After(drainWait)
	v.fifos.letGo()
	for _, r := range v.relays {
		select {
		case <-r.Drained():
		case <-late:
		}
	}
	if exit != nil {
		v.seal(func() { v.experiment.endWatched(Ending{ExitCode: exit, LastWords: v.lastWords()}) })
		return
	}
	v.seal(func() { v.experiment.end(record.EndFrame{Status: record.Succeeded}) })
}

// ended records how the program ended, and with it its run.
func (v *supervision) ended(seen death.End) {
	v.fifos.letGo()
	var settled sync.WaitGroup
	for _, r := range v.relays {
		settled.Go(func() { r.Settle(idleWait, childrenWait) })
	}
	settled.Wait()
	end := Ending{ExitCode: seen.Code, Signal: seen.Signal, OutOfMemory: v.memory.killed(), LastWords: v.lastWords()}
	v.seal(func() { v.experiment.endWatched(end) })
}

// seal ends the run, and waits with the record for other processes that write
// it still: they do not know how to make it.
func (v *supervision) seal(end func()) {
	v.closeSink()
	defer v.fifos.remove()
	end()
	e := v.experiment
	lock := filepath.Join(e.folder, lockName)
	if journal.IsSealed(lock) {
		return
	}
	v.fifos.remove() // nobody waits for the others
	if err := sealWhenLeft(e, lock); err != nil {
		e.fail(err)
	}
}

// leftPoll is how often a run is looked at that others write still.
const leftPoll = 200 * time.Millisecond

// sealWhenLeft seals a run when its last process has left it.
func sealWhenLeft(e *Experiment, name string) error {
	for {
		lock, ok, err := journal.TryLockExclusive(name)
		switch {
		case errors.Is(err, journal.ErrSealed), errors.Is(err, os.ErrNotExist), errors.Is(err, journal.ErrNoLocks):
			return nil
		case err != nil:
			return err
		case ok:
			p, err := Open(e.project.top)
			if err != nil {
				return oneLine(err, lock.Unlock())
			}
			defer p.Close()
			e.project = p
			return e.sealLast(written{e.uuid, e.folder, lock}, nil)
		}
		time.Sleep(leftPoll)
	}
}

// lastWords are those on stderr, or on the only stream.
func (v *supervision) lastWords() []byte {
	if v.sink == nil {
		return nil
	}
	if words := v.sink.Tail(capture.Stderr, capture.MaxTail); len(words) > 0 {
		return words
	}
	return v.sink.Tail(capture.Stdout, capture.MaxTail)
}

// closeSink ends the keeping: from now on bytes are passed on and no more.
func (v *supervision) closeSink() {
	if v.sink == nil {
		return
	}
	for _, r := range v.relays {
		r.Forget()
	}
	if err := v.sink.Close(); err != nil {
		v.experiment.warn("%v", err)
	}
}

// relay passes on what the program and its children still print, until none is
// left that could.
func (v *supervision) relay() {
	_ = os.Chdir("/") // so that it is in nobody's way
	for _, r := range v.relays {
		<-r.Ended()
	}
}

// watchedProcess is a process whose end is waited for.
type watchedProcess struct {
	process *death.Process // nil where the system shows no ends of others
	pid     int
}

func openProcess(pid int) (watchedProcess, error) {
	p, err := death.Open(pid)
	if errors.Is(err, os.ErrProcessDone) {
		return watchedProcess{}, err
	}
	if err != nil {
		return watchedProcess{pid: pid}, nil
	}
	return watchedProcess{process: p, pid: pid}, nil
}

// gonePoll is how often a process is looked at whose end nobody tells.
const gonePoll = 100 * time.Millisecond

// wait returns when the process has ended, and how, as far as that is known.
func (w watchedProcess) wait(ctx context.Context) death.End {
	if w.process != nil {
		if end, err := w.process.Wait(ctx); err == nil {
			return end
		}
	}
	for ctx.Err() == nil && processExists(w.pid) {
		time.Sleep(gonePoll)
	}
	return death.End{}
}
