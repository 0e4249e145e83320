package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/jsonl"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Finishing is what a program in another language says at the end of its run.
type Finishing struct {
	PID       int    // of the program
	Status    string // succeeded, failed or stopped; empty: the exit code says
	ExitCode  *int   // that it is about to end with; nil unknown
	ErrorType string
	Error     string
}

// Check says what cannot be recorded.
func (f Finishing) Check() error {
	switch f.Status {
	case "", "succeeded", "failed", "stopped":
		return nil
	}
	return fmt.Errorf("the status %.40q %w: write succeeded, failed or stopped", f.Status, ErrInvalid)
}

// sealPatience bounds how long the end of a program waits for its supervisor.
const sealPatience = 10 * time.Second

// EndBegun ends the program's part of the run that the environment names, and
// the run with it where the program has begun it.
func EndBegun(ctx context.Context, f Finishing) error {
	folder, id, ok := invited()
	if !ok || journal.IsSealed(filepath.Join(folder, lockName)) {
		return nil
	}
	supervisor, watched := supervisorOf(folder)
	joined := watched != f.PID && watched != os.Getpid() // a shell may become its last command
	alive := supervisor.PID != 0 && stillAlive(supervisor)
	if f.speaks() || os.Getenv(envJournal) != "" || !joined && !alive {
		if err := f.write(folder, id); err != nil {
			return err
		}
	}
	switch {
	case joined:
		return nil
	case !alive:
		return sealAbandoned(ctx, folder)
	}
	return f.finish(ctx, folder, supervisor)
}

func stillAlive(h journal.Header) bool {
	alive, known := journal.ProcessAlive(h)
	return alive || !known
}

// supervisorOf finds the watcher that exprec begin left behind, and the process
// that it watches.
func supervisorOf(folder string) (h journal.Header, pid int) {
	for _, name := range journalFiles(folder) {
		if h, watch, ok := watcherOf(name); ok && watch.By == begunBy {
			return h, watch.PID
		}
	}
	return h, 0
}

// speaks reports whether the end is put into words.
func (f Finishing) speaks() bool { return f.Status != "" || f.Error != "" || f.ErrorType != "" }

// write says the end in the program's journal, where exprec begin began one,
// else in one of its own.
func (f Finishing) write(folder, id string) error {
	dir := filepath.Join(folder, journalName)
	create := func() (*jsonl.Writer, error) { return jsonl.Create(dir, headerOf(id, f.PID, time.Now())) }
	if name := os.Getenv(envJournal); filepath.Dir(name) == dir {
		create = func() (*jsonl.Writer, error) { return jsonl.Append(name) }
	}
	w, err := create()
	if err != nil {
		return fmt.Errorf("write the end of the run %s: %w", shortID(id), err)
	}
	end := record.EndFrame{Status: f.status(), ExitCode: f.ExitCode}
	if f.Error != "" || f.ErrorType != "" {
		w.Failure(described(record.Failure{Type: f.ErrorType, Message: f.Error}))
	}
	w.End(end)
	return w.Close()
}

// status is what the program says, or its exit code.
func (f Finishing) status() record.Status {
	switch {
	case f.Status == "stopped":
		return record.Stopped
	case f.Status == "failed", f.Status == "" && (f.Error != "" || f.ErrorType != ""):
		return record.Failed
	case f.Status == "" && f.ExitCode != nil:
		return Ending{ExitCode: f.ExitCode}.status()
	}
	return record.Succeeded
}

// finish tells the supervisor that the run ends, and waits until it is sealed.
func (f Finishing) finish(ctx context.Context, folder string, supervisor journal.Header) error {
	control := filepath.Join(folder, controlName)
	word := "finish\n"
	if f.ExitCode != nil {
		word = fmt.Sprintf("finish %d\n", *f.ExitCode)
	}
	if err := tell(control, word); err != nil {
		return fmt.Errorf("tell the supervisor: %w", err)
	}
	wait := time.Millisecond
	for deadline := time.Now().Add(sealPatience); time.Now().Before(deadline); wait = min(2*wait, 20*time.Millisecond) {
		if _, err := os.Lstat(control); errors.Is(err, os.ErrNotExist) || journal.IsSealed(filepath.Join(folder, lockName)) {
			return nil
		}
		if !stillAlive(supervisor) {
			return sealAbandoned(ctx, folder)
		}
		time.Sleep(wait)
	}
	return nil // it is held up, and goes on by itself
}

// sealAbandoned seals the run of a supervisor that has died.
func sealAbandoned(ctx context.Context, folder string) error {
	top, err := os.ReadFile(filepath.Join(folder, originName))
	if err != nil {
		return err
	}
	p, err := Open(string(top))
	if err != nil {
		return err
	}
	defer p.Close()
	lock, ok, err := lockToSeal(folder, p.witness())
	if err != nil || !ok {
		return err // another process writes it still
	}
	defer lock.Unlock()
	r := &recovery{project: p, done: &Recovery{}}
	return r.seal(ctx, folder, lock)
}
