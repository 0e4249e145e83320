package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// bury lets the run's ref point to nothing but the note that it was purged. The
// commits before it go into the ledger, so that they can be found again.
func (p *Project) bury(ctx context.Context, uuid string, copies []runCopy) error {
	var said notes
	for _, c := range copies {
		r := p.load(c.store, uuid, c.hash)
		if !r.purged {
			p.enter(uuid, commitsBelow(c.store, c.hash)...)
		}
		said = record.Join(said, r.notes)
	}
	for i, c := range copies {
		ref, err := c.store.Ref(refPrefix + uuid)
		inArchive := errors.Is(err, gitstore.ErrNotFound)
		if !inArchive {
			ref, err = c.hash, nil
		}
		var left gitstore.Hash
		switch {
		case i == 0:
			grave := notesCommit(base{}, said.Only(record.Deleted, record.Purged))
			grave.Old = ref
			if err = p.commitRun(ctx, c.store, uuid, grave); err == nil {
				left, err = c.store.Ref(refPrefix + uuid)
			}
		case inArchive:
			err = nil
		default:
			err = c.store.UpdateRef(ctx, refPrefix+uuid, gitstore.Hash{}, ref)
		}
		if err == nil {
			err = oneLine(p.buryStored(ctx, c.store, uuid, left), c.store.RemoveLog(refPrefix+uuid))
		}
		if err != nil {
			return fmt.Errorf("purge the run %s: %w", shortID(uuid), err)
		}
	}
	return nil
}

// commitsBelow lists the commits that a tip leads to, the oldest first.
func commitsBelow(store *gitstore.Store, tip gitstore.Hash) []gitstore.Hash {
	var chain []gitstore.Hash
	for range maxChain {
		info, err := store.ReadCommit(tip)
		if err != nil {
			break
		}
		chain = append(chain, tip)
		if len(info.Parents) == 0 {
			break
		}
		tip = info.Parents[0]
	}
	slices.Reverse(chain)
	return chain
}

// expunge removes the objects of all commits that the run ever had. Its error
// says why they are still there.
func (p *Project) expunge(ctx context.Context, uuid string, done *Purged) error {
	commits := map[gitstore.Hash]bool{}
	p.entered(allBut(uuid), func(_ string, tip gitstore.Hash) {
		if !tip.IsZero() {
			commits[tip] = true
		}
	})
	var errs []error
	for _, store := range p.stores {
		if now, err := store.Ref(refPrefix + uuid); err == nil {
			delete(commits, now)
		}
		gone, err := store.Expunge(ctx, slices.Collect(maps.Keys(commits)))
		errs = append(errs, err)
		done.Objects += gone.Removed
		done.Shared += gone.Shared
		done.Left += gone.Left
		done.Holders = append(done.Holders, gone.Holders...)
		// The commits that led to them are gone now.
		p.enter(uuid, gone.Saved...)
	}
	return oneLine(errs...)
}
