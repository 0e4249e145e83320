package recorder

import (
	"errors"
	"fmt"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

const (
	// maxChain bounds how far below the tip a readable commit is looked for: a
	// run has a start, a record and notes.
	maxChain = 8
	// maxNotesFile bounds notes.msgpack, in bytes.
	maxNotesFile = 16 << 20
	// rereads bounds how often a run is read again because it moved meanwhile.
	rereads = 5
)

// load reads the run that a store's ref points to, with one commit, one tree,
// run.msgpack and notes.msgpack. It always gives a run: what cannot be read is
// in its err. A run that is being sealed is read until it holds still.
func (p *Project) load(store *gitstore.Store, uuid string, hash gitstore.Hash) *Run {
	if store.Private() && store == p.lightList().store {
		return p.loadLight(uuid, hash)
	}
	r := p.loadOnce(store, uuid, hash)
	for range rereads {
		if r.started.Status.Final() || r.status == Running {
			return r
		}
		now, _, err := p.tipIn(store, uuid)
		if err != nil || now == r.tip {
			return r
		}
		r = p.loadOnce(store, uuid, now)
	}
	return r
}

// reread gives the run as its store has it now.
func (p *Project) reread(r *Run) *Run {
	if t, err := p.tip(r.uuid); err == nil && !t.hash.IsZero() && t.hash != r.tip {
		return p.load(t.store, r.uuid, t.hash)
	}
	return r
}

func (p *Project) loadOnce(store *gitstore.Store, uuid string, hash gitstore.Hash) *Run {
	r := &Run{project: p, uuid: uuid, store: store, tip: hash, started: unknownRun(uuid)}
	if hash.IsZero() {
		r.err = fmt.Errorf("%w: the ref of the run %s holds no commit; exprec check says more", ErrDamaged, r.Short())
	} else {
		r.readChain()
	}
	r.judge()
	return r
}

// unknownRun is what the id alone says of a run.
func unknownRun(uuid string) *Info {
	return &Info{UUID: uuid, Alias: record.Alias(uuid)}
}

// readChain reads the tip, or the nearest commit below it that can be read.
// What was wrong with the tip stays in r.err.
func (r *Run) readChain() {
	at := r.tip
	for range maxChain {
		info, err := r.store.ReadCommit(at)
		if err == nil {
			err = r.readTree(at, info.Tree)
		}
		if err == nil {
			return
		}
		if r.err == nil {
			r.err = r.damaged("the record", err)
		}
		if r.known() || len(info.Parents) == 0 {
			return
		}
		at = info.Parents[0]
	}
}

// known reports whether run.msgpack could be read, at least in part.
func (r *Run) known() bool { return !r.commit.IsZero() }

// readTree takes what the tree of a commit says.
func (r *Run) readTree(commit, tree gitstore.Hash) error {
	entries, err := r.store.ReadTree(tree)
	if err != nil {
		return err
	}
	var run, notes gitstore.Hash
	for _, e := range entries {
		switch e.Name {
		case record.RunFile:
			run = e.Hash
		case record.NotesFile:
			notes = e.Hash
		}
	}
	if run.IsZero() && !notes.IsZero() {
		return r.readTombstone(commit, tree, notes)
	}
	info, err := r.decodeRun(run)
	if info == nil {
		return err
	}
	r.commit, r.tree, r.root, r.started = commit, tree, entries, info
	return errors.Join(err, r.readNotes(notes))
}

// readTombstone takes what is left of a run that was purged: that it was.
func (r *Run) readTombstone(commit, tree, notes gitstore.Hash) error {
	if err := r.readNotes(notes); err != nil {
		return err
	}
	if !r.notes.Flag(record.Purged) {
		return errors.New("it has no run.msgpack")
	}
	r.commit, r.tree, r.purged = commit, tree, true
	return nil
}

// decodeRun reads run.msgpack. A record that names another run is not taken:
// nobody is to see one run's values under another's id.
func (r *Run) decodeRun(hash gitstore.Hash) (*Info, error) {
	if hash.IsZero() {
		return nil, errors.New("it has no run.msgpack")
	}
	data, err := r.store.ReadBlob(hash, maxRunFile)
	if err != nil {
		return nil, err
	}
	info, err := record.DecodeRun(data)
	if info != nil && info.UUID != r.uuid {
		return nil, fmt.Errorf("its run.msgpack is that of another run, %.40q", info.UUID)
	}
	return info, err
}
