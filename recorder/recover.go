package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Recovery is what [Project.Recover] did.
type Recovery struct {
	Sealed    []Recovered // runs that were sealed
	Elsewhere []Recovered // unsealed runs of another machine, boot or container
	Failed    []error     // runs that could not be sealed, and why
}

// Recovered names a run that recovery met.
type Recovered struct {
	ID     string
	Label  string
	Status Status
	Host   string
}

// Recover seals the runs of the project whose processes died on this machine,
// in this boot and pid namespace. With force it also seals those of other
// machines that nobody here can see alive. It may run in several processes at
// once: one of them seals a run, and the others find it sealed.
func (p *Project) Recover(ctx context.Context, force bool) (*Recovery, error) {
	r := &Recovery{}
	for _, folder := range p.unsealed() {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		if err := p.recoverRun(ctx, r, folder, force); err != nil {
			r.Failed = append(r.Failed, fmt.Errorf("recover the run %s: %w", shortID(filepath.Base(folder)), err))
		}
	}
	return r, nil
}

// unsealed are the folders of runs that still have journals.
func (p *Project) unsealed() []string {
	var folders []string
	for _, home := range p.homes {
		entries, err := os.ReadDir(filepath.Join(home, "runs"))
		if err != nil {
			continue
		}
		for _, entry := range entries {
			folder := filepath.Join(home, "runs", entry.Name())
			if _, err := os.Stat(filepath.Join(folder, journalName)); err == nil && record.CheckUUID(entry.Name()) == nil {
				folders = append(folders, folder)
			}
		}
	}
	return folders
}

func (p *Project) recoverRun(ctx context.Context, r *Recovery, folder string, force bool) error {
	id := filepath.Base(folder)
	lock, ok, err := journal.TryLockExclusive(filepath.Join(folder, lockName))
	switch {
	case errors.Is(err, journal.ErrNoLocks):
		ok, err = !maybeAlive(folder), nil
	case errors.Is(err, journal.ErrSealed):
		err = nil
	}
	if err != nil || !ok {
		return err
	}
	defer lock.Unlock()
	if host, foreign := elsewhere(folder); foreign && !force {
		r.Elsewhere = append(r.Elsewhere, Recovered{ID: id, Label: record.Alias(id), Status: record.Running, Host: host})
		return nil
	}
	run, done, err := p.seal(ctx, id, folder)
	if err == nil && lock != nil {
		err = lock.MarkSealed()
	}
	if done {
		r.Sealed = append(r.Sealed, Recovered{ID: id, Label: run.Label(), Status: run.Status, Host: run.Host.Name})
	}
	return err
}

// maybeAlive reports whether a process of the run lives, or may live as far as
// can be told where the file system has no locks.
func maybeAlive(folder string) bool {
	return slices.ContainsFunc(journalHeaders(folder), func(h journal.Header) bool {
		alive, known := journal.ProcessAlive(h)
		return alive || !known
	})
}

// elsewhere reports whether a process of the run may live where this one
// cannot see it die, and on which host.
func elsewhere(folder string) (host string, foreign bool) {
	for _, h := range journalHeaders(folder) {
		if !journal.SameWorld(h) {
			return h.Host, true
		}
	}
	return "", false
}
