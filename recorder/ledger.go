package recorder

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// ledgerName is the file below a home that says where the ref of every run has
// pointed to, a line each time: UUID, space, commit. It is only added to, and
// not made durable: what it tells is how to mend what somebody else's program
// has done, such as a mirroring fetch that removed the refs of all runs.
const ledgerName = "ledger"

// commitRun writes a commit of a run, and enters it into the ledger.
func (p *Project) commitRun(ctx context.Context, store *gitstore.Store, uuid string, c gitstore.Commit) error {
	c.Ref = refPrefix + uuid
	tip, err := store.Commit(ctx, c)
	if err == nil {
		p.enter(uuid, tip)
	}
	return err
}

// enter adds lines to the ledger. Where that is not possible a vanished run
// will go unnoticed, which is no reason to fail.
func (p *Project) enter(uuid string, tips ...gitstore.Hash) {
	var lines []byte
	for _, tip := range tips {
		lines = fmt.Appendf(lines, "%s %s\n", uuid, tip)
	}
	p.enterLines(lines)
}

// enterAll notes the tips of many runs.
func (p *Project) enterAll(refs []gitstore.Ref) {
	var lines []byte
	for _, ref := range refs {
		if uuid, ok := runOf(ref); ok {
			lines = fmt.Appendf(lines, "%s %s\n", uuid, ref.Hash)
		}
	}
	p.enterLines(lines)
}

func (p *Project) enterLines(lines []byte) {
	f, err := os.OpenFile(filepath.Join(p.Home(), ledgerName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	_, _ = f.Write(lines)
	_ = f.Close()
}

// entered calls use with the lines of the project's ledgers, in their order,
// but not with those of runs that skip knows. What is no such line was cut by a
// crash, and passed over.
func (p *Project) entered(skip func(uuid string) bool, use func(uuid string, tip gitstore.Hash)) {
	for _, home := range p.homes {
		name := filepath.Join(home, ledgerName)
		if info, err := os.Stat(name); err != nil || info.Size() > maxLedger {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		before, skipped := "", false
		for line := range bytes.Lines(data) {
			var tip gitstore.Hash
			if len(line) != uuidLength+1+2*len(tip)+1 {
				continue
			}
			uuid := string(line[:uuidLength])
			if uuid != before { // the lines of a run often stand together
				before, skipped = uuid, skip(uuid) || record.CheckUUID(uuid) != nil
			}
			if skipped {
				continue
			}
			if _, err := hex.Decode(tip[:], line[uuidLength+1:len(line)-1]); err == nil {
				use(uuid, tip)
			}
		}
	}
}

// maxLedger bounds what is read of a ledger, in bytes: some million runs.
const maxLedger = 1 << 30

// allBut skips every run but one.
func allBut(uuid string) func(string) bool { return func(other string) bool { return other != uuid } }

// A Vanished run is one that was in git and has no ref any more, though nobody
// deleted it with exprec.
type Vanished struct {
	ID string
	// Gone: its objects are gone too, so it cannot be brought back.
	Gone bool

	tip   gitstore.Hash
	store *gitstore.Store
}

// Vanished lists the runs that had vanished from git at the last look at the
// refs, sorted by id. [Project.Mend] brings back those whose objects are still
// there.
func (p *Project) Vanished() ([]Vanished, error) {
	if known := p.vanished.Load(); known != nil {
		return *known, nil
	}
	listed := p.seen.Load()
	if listed == nil {
		runs, _, err := p.listedHere()
		if err != nil {
			return nil, err
		}
		listed = &runs
	}
	vanished := p.compareLedger(*listed)
	p.vanished.Store(&vanished)
	return vanished, nil
}

// compareLedger gives the runs of the ledger that are not among those listed.
func (p *Project) compareLedger(listed []listedRun) []Vanished {
	tips := map[string][]gitstore.Hash{}
	inGit := make(map[string]bool, len(listed))
	for _, r := range listed {
		inGit[r.uuid] = len(r.copies) > 0
	}
	p.entered(func(uuid string) bool { return inGit[uuid] }, func(uuid string, tip gitstore.Hash) { tips[uuid] = append(tips[uuid], tip) })
	vanished := []Vanished{}
	for _, uuid := range slices.Sorted(maps.Keys(tips)) {
		last := tips[uuid]
		if last[len(last)-1].IsZero() {
			continue // known to be gone
		}
		vanished = append(vanished, p.newestLeft(uuid, last))
	}
	return vanished
}

// newestLeft finds the last of a run's commits that is still there.
func (p *Project) newestLeft(uuid string, tips []gitstore.Hash) Vanished {
	for _, tip := range slices.Backward(tips) {
		for _, store := range p.stores {
			if _, err := store.ReadCommit(tip); err == nil {
				return Vanished{ID: uuid, tip: tip, store: store}
			}
		}
	}
	return Vanished{ID: uuid, Gone: true}
}

// Mend brings runs back that vanished from git, from their objects: all of a
// run must be there. It gives the runs that are back. Those that are gone for
// good are not reported again.
func (p *Project) Mend(ctx context.Context) (mended, gone []Recovered, err error) {
	vanished, err := p.Vanished()
	if err != nil {
		return nil, nil, err
	}
	p.seen.Store(nil)
	p.vanished.Store(nil)
	p.seen.Store(nil)
	for _, v := range vanished {
		if err := ctx.Err(); err != nil {
			return mended, gone, err
		}
		whole, err := v.whole(ctx)
		if err != nil {
			return mended, gone, err
		}
		if !whole {
			p.enter(v.ID, gitstore.Hash{})
			gone = append(gone, Recovered{ID: v.ID, Label: record.Alias(v.ID)})
			continue
		}
		err = v.store.UpdateRef(ctx, refPrefix+v.ID, v.tip, gitstore.Hash{})
		if err != nil && !errors.Is(err, gitstore.ErrConflict) {
			return mended, gone, fmt.Errorf("bring the run %s back: %w", shortID(v.ID), err)
		}
		r := p.load(v.store, v.ID, v.tip)
		mended = append(mended, Recovered{ID: v.ID, Label: r.Label(), Status: r.status})
	}
	return mended, gone, nil
}

// bringBack gives a run that has no ref the last one it had, where all of it is
// still there, and reports whether it did.
func (p *Project) bringBack(ctx context.Context, uuid string) bool {
	var tips []gitstore.Hash
	p.entered(allBut(uuid), func(_ string, tip gitstore.Hash) { tips = append(tips, tip) })
	v := p.newestLeft(uuid, tips)
	whole, err := v.whole(ctx)
	return whole && err == nil && v.store.UpdateRef(ctx, refPrefix+uuid, v.tip, gitstore.Hash{}) == nil
}

// whole reports whether every object of the run is there and right.
func (v Vanished) whole(ctx context.Context) (bool, error) {
	if v.Gone {
		return false, nil
	}
	_, findings, err := v.store.Check(ctx, v.tip)
	return len(findings) == 0, err
}
