package recorder

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// A run can be sealed while one of its processes lives, where nobody sees that
// it does: in a folder that two machines share, by recover --force. The record
// stays as it is. What the process logs beyond it goes into a continuation: a
// run with an id that follows from the first one's, so that everybody who
// finds some of that data puts it into the same run, once.

// continuationOf is the id of the run that holds what came after the seal of
// another one.
func continuationOf(id string) string {
	sum := sha256.Sum256([]byte("exprec continuation of " + id))
	u := uuid.UUID(sum[:16])
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80 // version 4, as every run's
	return u.String()
}

// isContinuation reports whether a run holds what came after the seal of the
// one that it continues.
func isContinuation(run *record.Run) bool {
	return run.Continues != "" && run.UUID == continuationOf(run.Continues)
}

// sealRest makes the continuation of a sealed run whose folder still has
// journals, where they hold more than the record.
func (p *Project) sealRest(ctx context.Context, t tip, folder string) (sealing, error) {
	s := sealing{run: t.run}
	more, err := p.putAside(folder, t.run.Journal, mirrorOutput)
	for _, dir := range keptIn(folder) {
		kept, _, kerr := restOf(dir, t.run.Journal, p.witness().mayGrow)
		more, err = append(more, kept...), errors.Join(err, kerr)
		if len(kept) == 0 && kerr == nil {
			err = errors.Join(err, removeJournals(dir))
		}
	}
	if err != nil || len(more) == 0 {
		return s, err
	}
	s.more, err = p.continueWith(ctx, t, folder, more)
	return s, err
}

// keptIn are the folders of journals that are in no record, as earlier versions
// of this program left them.
func keptIn(folder string) []string {
	dirs, _ := filepath.Glob(filepath.Join(folder, keptPrefix+"*"))
	return dirs
}

// continueWith puts what journals hold beyond a record into the run that
// continues it, seals that one, and removes the journals. Killed at any moment
// it leaves data in one place or in both, and the next call goes on.
func (p *Project) continueWith(ctx context.Context, before tip, folder string, more []rest) ([]*record.Run, error) {
	said, err := sayMore(more)
	if err != nil {
		return nil, err
	}
	if !said {
		return nil, p.drop(more)
	}
	id := continuationOf(before.run.UUID)
	next := filepath.Join(filepath.Dir(folder), id)
	if err := p.ensureFolder(next); err != nil {
		return nil, err
	}
	lock, ok, err := lockToSeal(next, p.witness())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("the run %s goes on in %s, which a process writes", shortID(before.run.UUID), shortID(id))
	}
	defer lock.Unlock()
	// The start goes first: without it the tails would be a run of nothing.
	if err := p.startContinuation(ctx, before, id); err != nil {
		return nil, err
	}
	if err := writeTails(next, id, more); err != nil {
		return nil, err
	}
	s, err := p.seal(ctx, id, next)
	if err != nil {
		return nil, err
	}
	if err := markSealed(lock, next); err != nil {
		return nil, err
	}
	if s.done {
		s.more = append([]*record.Run{s.run}, s.more...)
	}
	return s.more, p.drop(more)
}

// ensureFolder makes the folder of a run that may have one already.
func (p *Project) ensureFolder(folder string) error {
	_, err := p.makeFolder(filepath.Dir(filepath.Dir(folder)), filepath.Base(folder))
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err == nil {
		_ = p.link(folder) // for people only
	}
	return err
}

// sayMore reports whether there is anything beside signs of life.
func sayMore(more []rest) (bool, error) {
	for _, m := range more {
		said, err := m.says()
		if said || err != nil {
			return said, err
		}
	}
	return false, nil
}

func (m rest) says() (bool, error) {
	r, err := openJournal(m.path)
	if err != nil {
		return false, err
	}
	defer r.Close()
	return journal.Says(r, m.from)
}

func writeTails(next, id string, more []rest) error {
	for _, m := range more {
		if err := journal.WriteTail(filepath.Join(next, journalName), uuid.MustParse(id), m.path, opening(m.path), m.from); err != nil {
			return fmt.Errorf("go on in the run %s: %w", shortID(id), err)
		}
	}
	return nil
}

// drop removes journals whose data is in a continuation, but for those that
// may still grow, and the folders that held them.
func (p *Project) drop(more []rest) error {
	stay, dirs := map[string]bool{}, map[string]bool{}
	for _, m := range more {
		dir := filepath.Dir(m.path)
		dirs[dir] = true
		if p.witness().mayGrow(m.path) {
			stay[dir] = true
			continue
		}
		if err := os.Remove(m.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	var errs []error
	for dir := range dirs {
		if !stay[dir] {
			errs = append(errs, removeJournals(dir))
		}
	}
	return oneLine(errs...)
}

// startContinuation writes the start of the run that continues a sealed one,
// unless it is there. It follows from the record alone: its source, its
// parameters, what it was called.
func (p *Project) startContinuation(ctx context.Context, before tip, id string) error {
	if t, err := p.tip(id); err != nil || !t.hash.IsZero() {
		return err
	}
	tree := gitstore.NewTree()
	entries, err := before.store.ReadTree(before.info.Tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name == "source" || e.Name == record.ParamsFile || e.Name == record.PackagesFile {
			tree.AddObject(e.Name, e.Mode, e.Hash)
		}
	}
	run := continuing(before.run, id)
	tree.AddBytes(record.RunFile, record.EncodeRun(run))
	who := before.info.Author
	who.When = run.Started
	err = p.commitRun(ctx, before.store, id, gitstore.Commit{Tree: tree, Author: who, Message: record.StartMessage(run)})
	if errors.Is(err, gitstore.ErrConflict) {
		return nil // somebody else has begun it
	}
	return err
}

// continuing is what is known at the start of a continuation.
func continuing(before *record.Run, id string) *record.Run {
	run := *before
	run.Format, run.UUID, run.Alias, run.Status = record.Format, id, record.Alias(id), record.Running
	run.Continues, run.Started, run.Ended = before.UUID, before.Ended, time.Time{}
	run.Error, run.ExitCode, run.Signal, run.Recovered = nil, nil, "", false
	run.Parents, run.Inputs, run.Outputs, run.Results, run.Large, run.Journal = nil, nil, nil, nil, nil, nil
	run.Dropped, run.Unknown = 0, nil
	run.Warnings = []string{fmt.Sprintf("the run %s was sealed while this process still logged, where nobody could see that it lived: this run holds what came after", shortID(before.UUID))}
	return &run
}

// standOn takes in what the start of a run knows of it beyond run.msgpack: a
// continuation has the parameters of the run before it.
func (f *folded) standOn(t tip) error {
	if t.run == nil || !isContinuation(t.run) {
		return nil
	}
	entry, err := t.store.Lookup(t.info.Tree, record.ParamsFile)
	if errors.Is(err, gitstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	data, err := t.store.ReadBlob(entry.Hash, record.MaxParams)
	if err != nil {
		return err
	}
	known, err := record.DecodeParams(data)
	if err != nil {
		return err
	}
	for name, value := range known {
		if _, again := f.params[name]; !again {
			f.params[name] = value
		}
	}
	return nil
}
