package recorder

import (
	"context"
	"errors"
	"fmt"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// sealTries bounds how often a seal starts again because somebody moved the
// run's ref meanwhile.
const sealTries = 20

// sealing is what came of a seal.
type sealing struct {
	run  *record.Run   // as it is sealed now
	done bool          // by this call
	more []*record.Run // made of what its journals hold beyond its record
}

// seal makes the record of a run from its start commit and its journals, and
// puts the journals aside. The caller holds the run's exclusive lock. The
// result depends on nothing else, so that whoever seals, and wherever a copy
// is sealed, the commit is the same. A run that is sealed already is left as
// it is. What its journals hold beyond its record goes into a run that
// continues it.
func (p *Project) seal(ctx context.Context, uuid, folder string) (sealing, error) {
	for range sealTries {
		s, err := p.trySeal(ctx, uuid, folder)
		if !errors.Is(err, gitstore.ErrConflict) && !errors.Is(err, gitstore.ErrMissing) {
			return s, err
		}
	}
	return sealing{}, fmt.Errorf("seal the run %s: its ref keeps changing; try again", shortID(uuid))
}

func (p *Project) trySeal(ctx context.Context, uuid, folder string) (sealing, error) {
	tip, err := p.tip(uuid)
	if err == nil && tip.hash.IsZero() && p.bringBack(ctx, uuid) {
		tip, err = p.tip(uuid)
	}
	if err != nil {
		return sealing{}, err
	}
	if tip.run != nil && tip.run.Status.Final() {
		return p.sealRest(ctx, tip, folder)
	}
	if tip.hash.IsZero() {
		tip.source = p.lateSource(ctx, folder)
	}
	run, err := p.startOf(tip, uuid, folder)
	if err != nil {
		return sealing{}, err
	}
	if err := p.gather(run, folder); err != nil {
		return sealing{}, err
	}
	f, err := fold(folder, run.Started)
	if err != nil {
		return sealing{}, err
	}
	if err := f.standOn(tip); err != nil {
		return sealing{}, err
	}
	f.describe(run)
	if f.ending.orphaned {
		run.Warnings = append(run.Warnings, "its supervisor was killed: what was printed after that is not recorded")
	}
	draft, err := p.draftRecord(ctx, tip, run, f, folder)
	if err != nil {
		return sealing{}, err
	}
	commit := gitstore.Commit{
		Old: tip.hash, Tree: draft.tree, Author: p.sealer(tip, run),
		Message: f.message(run),
	}
	if !tip.hash.IsZero() {
		commit.Parents = []gitstore.Hash{tip.hash}
	}
	if err := p.commitRun(ctx, tip.store, uuid, commit); err != nil {
		return sealing{}, fmt.Errorf("seal the run %s: %w", shortID(uuid), err)
	}
	_, err = p.putAside(folder, run.Journal, draft.mirror)
	return sealing{run: run, done: true}, err
}

// message is what git log shows of the record. A recovered one is fixed, so
// that every recovery gives the same commit.
func (f *folded) message(run *record.Run) string {
	if run.Recovered {
		return record.RecoveredMessage
	}
	return record.RecordMessage(run, f.params, f.columns.Index())
}
