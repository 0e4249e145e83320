package recorder

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Recovery is what [Project.Recover] did.
type Recovery struct {
	Sealed    []Recovered // runs that were sealed
	Continued []Recovered // runs that were made of what came after the seal of another
	Moved     []Recovered // runs that were moved into the repository
	Elsewhere []Recovered // unsealed runs of another machine, boot or container
	Waiting   int         // dead runs that there was no time for
	Unmoved   int         // runs that there was no time to move into the repository
	NotOurs   int         // dead runs of other users, who finish them themselves
	Failed    []error     // runs that could not be sealed, and why
}

// Recovered names a run that recovery met.
type Recovered struct {
	ID        string
	Label     string
	Status    Status
	Host      string
	Heard     time.Time // of a run elsewhere: its last sign of life
	Continues string    // of a continued run: the id of the one before
}

// Recover seals the runs of the project whose processes are dead: those that
// died on this machine, in this boot and pid namespace, and those that an
// earlier boot of it took along. With force it also seals those of other
// machines that nobody here can see alive. It may run in several processes at
// once: one of them seals a run, and the others find it sealed.
//
// It also makes runs of what was logged after the seal of another one, and
// moves runs into the repository that could not be written to before.
func (p *Project) Recover(ctx context.Context, force bool) (*Recovery, error) {
	r := &recovery{project: p, force: force, asked: true, done: &Recovery{}}
	return r.done, r.run(ctx)
}

// RecoverWithin is what every command does before it reads: Recover without
// force, for at most about the given time, and without the runs that would
// take long. What is left is counted.
func (p *Project) RecoverWithin(ctx context.Context, limit time.Duration) (*Recovery, error) {
	r := &recovery{project: p, until: time.Now().Add(limit), done: &Recovery{}}
	return r.done, r.run(ctx)
}

// recovery is one pass over the runs of a project.
type recovery struct {
	project *Project
	force   bool
	asked   bool      // a person asked for it: everything is looked at
	until   time.Time // zero: no limit
	done    *Recovery
}

func (r *recovery) run(ctx context.Context) error {
	if err := r.project.adopt(ctx); err != nil {
		r.done.Failed = append(r.done.Failed, err)
	}
	for _, folder := range inOrder(r.folders()) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.recover(ctx, folder); err != nil {
			r.failed(folder, err)
		}
	}
	return r.move(ctx)
}

func (r *recovery) failed(folder string, err error) {
	r.done.Failed = append(r.done.Failed, fmt.Errorf("recover the run %s: %w", shortID(filepath.Base(folder)), err))
}

// recover seals one run if it is dead, ours and there is time for it.
func (r *recovery) recover(ctx context.Context, folder string) error {
	witness := r.project.witness()
	status, _ := witness.standing(folder)
	if status == Running {
		if r.awaitWatcher(ctx, folder) {
			return nil
		}
		status, _ = witness.standing(folder)
	}
	switch {
	case status == Running && !r.asked:
		return nil
	case !ours(folder):
		if status != Running {
			r.done.NotOurs++
		}
		return nil
	case !r.until.IsZero() && (time.Now().After(r.until) || takesLong(folder)):
		r.done.Waiting++
		return nil
	}
	if writesUnlocked(folder) {
		return nil
	}
	lock, ok, err := lockToSeal(folder, witness)
	if err != nil || !ok {
		return err
	}
	defer lock.Unlock()
	if host, unseen := witness.unseen(folder); unseen && !r.force {
		if lock != nil || r.project.grown(folder) {
			r.elsewhere(folder, host)
			return nil
		}
	}
	return r.seal(ctx, folder, lock)
}

// lockToSeal takes the exclusive lock of a run, without waiting. It is nil
// where the run has been sealed or the file system has none.
func lockToSeal(folder string, w *witness) (lock *journal.Lock, ok bool, err error) {
	lock, ok, err = journal.TryLockExclusive(filepath.Join(folder, lockName))
	switch {
	case errors.Is(err, journal.ErrNoLocks):
		return nil, !w.maybeAlive(folder), nil
	case errors.Is(err, journal.ErrSealed):
		return nil, true, nil
	}
	return lock, ok, err
}

// markSealed keeps others from joining the run. lock is nil where there are
// no locks.
func markSealed(lock *journal.Lock, folder string) error {
	if lock != nil {
		return lock.MarkSealed()
	}
	return journal.MarkSealed(filepath.Join(folder, lockName))
}

func (r *recovery) elsewhere(folder, host string) {
	id := filepath.Base(folder)
	label := record.Alias(id)
	if run, err := r.project.readStart(id, folder); err == nil {
		label = run.Label()
	}
	r.done.Elsewhere = append(r.done.Elsewhere, Recovered{
		ID: id, Label: label, Status: Running, Host: host, Heard: lastHeard(folder),
	})
}

// grown reports whether the journals of a sealed run hold more than its record.
func (p *Project) grown(folder string) bool {
	t, err := p.tip(filepath.Base(folder))
	if err != nil || t.run == nil || !t.run.Status.Final() {
		return true
	}
	return slices.ContainsFunc(journalFiles(folder), func(name string) bool {
		_, all := recorded(name, t.run.Journal)
		return !all
	})
}

func (r *recovery) seal(ctx context.Context, folder string, lock *journal.Lock) error {
	id := filepath.Base(folder)
	s, err := r.project.seal(ctx, id, folder)
	if err == nil {
		err = markSealed(lock, folder)
		removeFIFOs(folder)
	}
	if s.done {
		r.done.Sealed = append(r.done.Sealed, recoveredRun(s.run))
	}
	for _, run := range s.more {
		r.done.Continued = append(r.done.Continued, recoveredRun(run))
	}
	return err
}

func recoveredRun(run *record.Run) Recovered {
	return Recovered{ID: run.UUID, Label: run.Label(), Status: run.Status, Host: run.Host.Name, Continues: run.Continues}
}
