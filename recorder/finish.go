package recorder

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"time"

	"github.com/exprec/exprec/recorder/internal/failure"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Fail records the error that the run ends with. The first one counts. With an
// error of [Options.IgnoreErrors] the run ends as stopped, with any other as
// failed. A nil error does nothing.
func (e *Experiment) Fail(err error) {
	if e.off() || err == nil {
		return
	}
	e.failWith(failureOf(err), e.options.ignores(err))
}

func (e *Experiment) failWith(f record.Failure, ignored bool) {
	f = described(f)
	e.mu.Lock()
	first := e.failure == nil
	if first {
		e.failure, e.ignored = &f, ignored
	}
	e.mu.Unlock()
	if first {
		e.append(journal.Error, record.EncodeFailureFrame(record.FailureFrame{Failure: f}))
	}
}

// Fatal says an error on stderr, finishes the run as failed and exits with
// code 1, as log.Fatal does.
func (e *Experiment) Fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	e.Fail(err)
	if !e.off() {
		code := 1
		e.end(record.EndFrame{Status: e.status(), ExitCode: &code})
	}
	os.Exit(1)
}

// failureOf describes an error: its type is that of the innermost error it
// wraps, which says more than the wrapping.
func failureOf(err error) record.Failure {
	inner := err
	for next := errors.Unwrap(inner); next != nil; next = errors.Unwrap(inner) {
		inner = next
	}
	return record.Failure{Type: reflect.TypeOf(inner).String(), Message: err.Error()}
}

// Finish ends the run: everything logged becomes its record in git. Deferred
// in a function that panics it records the run as failed and lets the panic
// go on. Calling it again does nothing. With a nil [Experiment.Err] after it,
// the run survives a power loss.
func (e *Experiment) Finish() {
	if e.off() {
		return
	}
	what, stack := unwinding()
	e.panics = what == "panic"
	if what != "" {
		e.failWith(record.Failure{Type: what, Message: unwound + what, Stack: stack}, false)
	}
	if e.joined {
		e.describeItself()
	}
	end := record.EndFrame{Status: e.status()}
	if end.Status == record.Succeeded {
		code := 0
		end.ExitCode = &code
	}
	e.end(end)
}

// status is how the run ends as far as its program has said.
func (e *Experiment) status() record.Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.failure == nil:
		return record.Succeeded
	case e.ignored:
		return record.Stopped
	}
	return record.Failed
}

// unwinding tells whether a panic or runtime.Goexit is running the deferred
// call that this is, without recovering it.
func unwinding() (what, stack string) {
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		switch frame.Function {
		case "runtime.gopanic":
			return "panic", stackText()
		case "runtime.Goexit":
			return "goexit", stackText()
		}
		if !more {
			return "", ""
		}
	}
}

func stackText() string {
	buf := make([]byte, failure.MaxStack)
	return string(buf[:runtime.Stack(buf, false)])
}

// end writes the process's last word and seals the run, once.
func (e *Experiment) end(end record.EndFrame) {
	e.finish.Do(func() {
		defer func() {
			if r := recover(); r != nil {
				e.fail(fmt.Errorf("a fault in the recorder while the run ended: %v", r))
			}
		}()
		e.working.Wait()
		e.joinFacts()
		close(e.stop)
		e.awaitSamples()
		end.Time, end.Dropped = time.Now().UTC(), e.journal.Dropped()
		e.mu.Lock()
		end.Signal = cmp.Or(e.signal, end.Signal)
		e.mu.Unlock()
		e.append(journal.End, record.EncodeEndFrame(end))
		e.live.Store(false)
		if err := e.close(); err != nil {
			e.fail(err)
		}
	})
}

// close gives up the lock and seals the run if no other process writes it. A
// process that is not the last leaves that to the last one, with its own
// journal on the disk.
func (e *Experiment) close() error {
	defer e.project.Close()
	e.endOutput()
	e.unborn.keep(e.folder)
	nerr := e.notice()
	err := oneLine(nerr, e.journal.Leave())
	at := e.writes()
	last, lerr := e.lastWriter(at)
	if lerr != nil || !last {
		return oneLine(err, lerr, e.syncJournal())
	}
	return e.sealLast(at, err)
}

// sealLast seals the run, as its last writer. err is what went wrong before.
func (e *Experiment) sealLast(at written, err error) error {
	defer at.lock.Unlock()
	s, serr := e.project.seal(e.context(), at.uuid, at.folder)
	if serr == nil {
		serr = markSealed(at.lock, at.folder)
		removeFIFOs(at.folder)
	}
	if serr != nil {
		return oneLine(err, serr, e.syncJournal())
	}
	run := e.sayContinued(s)
	e.say("run %s %s after %s: exprec show %s", e.label, run.Status, run.Ended.Sub(run.Started).Round(time.Millisecond), shortID(run.UUID))
	return err
}

// syncJournal makes the journal durable for whoever seals the run later. One
// that is gone has been sealed meanwhile.
func (e *Experiment) syncJournal() error {
	name := e.journal.Path()
	for at := name; within(at, filepath.Dir(e.folder)); at = filepath.Dir(at) {
		if err := syncPath(at); err != nil {
			return fmt.Errorf("make the journal of the run %s durable: %w", e.short(), err)
		}
	}
	return nil
}

// lastWriter reports whether no other process writes the run; this one then
// holds its lock exclusively. Without locks on the file system the process
// that started the run counts as the last.
func (e *Experiment) lastWriter(at written) (bool, error) {
	if at.lock == nil {
		return !e.joined || journal.IsSealed(filepath.Join(at.folder, lockName)), nil
	}
	return journal.Upgrade(at.lock)
}
