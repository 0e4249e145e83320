package recorder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// written is the run that a process's journal belongs to: the one it began
// with or, where that was sealed meanwhile, a continuation of it. Its other
// files stay where they are until the end.
type written struct {
	uuid   string
	folder string
	lock   *journal.Lock
}

// writes is the run that what is logged now belongs to.
func (e *Experiment) writes() written {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.next != nil {
		return *e.next
	}
	return written{e.uuid, e.folder, e.lock}
}

// maxContinuations bounds how often one look finds the next run sealed too.
const maxContinuations = 100

// notice looks whether the run was sealed while this process writes it, where
// its lock did not show, and if so goes on in a continuation.
func (e *Experiment) notice() error {
	e.noticing.Lock()
	defer e.noticing.Unlock()
	for range maxContinuations {
		at := e.writes()
		if !journal.IsSealed(filepath.Join(at.folder, lockName)) {
			return nil
		}
		if err := e.goOn(at); err != nil {
			return fmt.Errorf("go on after the run %s was sealed by somebody else: %w", shortID(at.uuid), err)
		}
	}
	return nil
}

// goOn makes the journal part of the run that continues a sealed one.
func (e *Experiment) goOn(at written) error {
	before, err := e.project.tip(at.uuid)
	if err != nil {
		return err
	}
	if before.run == nil || !before.run.Status.Final() {
		return errors.New("its record is not here")
	}
	next := written{uuid: continuationOf(at.uuid)}
	next.folder = filepath.Join(filepath.Dir(at.folder), next.uuid)
	if err := e.project.ensureFolder(next.folder); err != nil {
		return err
	}
	if next.lock, err = lockToWrite(next.folder); err != nil {
		return err
	}
	err = e.project.startContinuation(e.context(), before, next.uuid)
	if err == nil {
		err = e.moveJournal(next, recordedLength(e.journal.Path(), before))
	}
	if err != nil {
		return oneLine(err, next.lock.Unlock())
	}
	e.mu.Lock()
	e.next = &next
	e.mu.Unlock()
	e.say("the run %s was sealed by somebody else while this program logs: what follows is in the run %s", shortID(at.uuid), shortID(next.uuid))
	return nil
}

// lockToWrite takes the shared lock of a continuation, and waits for a moment
// while somebody seals it. It is nil where it has been sealed, too, and where
// there are no locks.
func lockToWrite(folder string) (*journal.Lock, error) {
	for deadline := time.Now().Add(time.Second); ; time.Sleep(10 * time.Millisecond) {
		lock, err := journal.LockShared(filepath.Join(folder, lockName))
		switch {
		case errors.Is(err, journal.ErrNoLocks), errors.Is(err, journal.ErrSealed):
			return nil, nil
		case !errors.Is(err, journal.ErrLocked) || time.Now().After(deadline):
			return lock, err
		}
	}
}

// recordedLength is how much of a journal is in the record of a run.
func recordedLength(name string, t tip) int64 {
	for _, sum := range t.run.Journal {
		if sum.Name == filepath.Base(name) {
			return sum.Length
		}
	}
	return 0
}

// moveJournal goes on in the journal of another run. The old file goes when
// the new one is on the disk.
func (e *Experiment) moveJournal(next written, from int64) error {
	old, err := e.journal.GoOn(filepath.Join(next.folder, journalName), uuid.MustParse(next.uuid), from)
	if err != nil {
		return err
	}
	if err := e.journal.Sync(); err != nil {
		return nil // it stays, and holds nothing that the new one does not
	}
	if err := os.Remove(old); err == nil {
		os.Remove(filepath.Dir(old)) // where it was the last one
	}
	return nil
}

// sayContinued says what became of what was logged after a seal that nobody
// noticed before the end, and gives the run that the process ended with.
func (e *Experiment) sayContinued(s sealing) *record.Run {
	run := s.run
	for _, run = range s.more {
		e.say("the run %s was sealed by somebody else while this program logged: what followed is in the run %s", shortID(run.Continues), shortID(run.UUID))
	}
	return run
}
