package recorder

import (
	"os"
	"path/filepath"
	"reflect"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/stamps"
)

// Refresh gives a run as it is now: r itself where nothing has changed. The
// journals of a run that goes on are read on from where they were read last,
// whoever asked then. A run that was sealed meanwhile is the sealed one; one
// whose ref has gone stays as it was.
func (p *Project) Refresh(r *Run) *Run {
	inGit, _, err := p.known.inGit(p.stores, &p.archives)
	if err != nil {
		return r
	}
	inGit = p.withLight(inGit)
	at, ok := findListed(inGit, r.uuid)
	switch {
	case ok:
		return p.refresh(r, inGit[at].copies)
	case r.store != nil:
		return r
	}
	return p.refresh(r, nil)
}

// refresh is Refresh for a run whose refs are known.
func (p *Project) refresh(r *Run, copies []runCopy) *Run {
	if !r.standsAt(copies) {
		return p.following(p.best(r.uuid, copies), nil)
	}
	if r.started.Status.Final() || r.purged || r.remote != "" {
		return r
	}
	now := r.again()
	if now.status != Running {
		// It may have been sealed since the refs were read.
		if again := p.reread(now); again.tip != now.tip {
			return again
		}
	}
	return p.following(now, r)
}

// standsAt reports whether the run was read whole from these copies, or from
// its journals where there are none.
func (r *Run) standsAt(copies []runCopy) bool {
	switch {
	case r.err != nil:
		return false
	case len(copies) == 0:
		return r.store == nil
	}
	return copies[0] == runCopy{r.store, r.tip, r.remote} && r.commit == r.tip && (len(copies) == 1 || r.started.Status.Final())
}

// again is the run as it stands now, before its journals are read.
func (r *Run) again() *Run {
	if r.store == nil {
		return r.project.unstarted(r.uuid)
	}
	now := &Run{
		project: r.project, uuid: r.uuid, store: r.store, tip: r.tip, commit: r.commit, tree: r.tree, root: r.root,
		started: r.started, notes: r.notes,
	}
	now.judge()
	return now
}

// following gives a run that was read just now the content of its journals. It
// gives before, which may be nil, where that says the same.
func (p *Project) following(now, before *Run) *Run {
	if now.started.Status.Final() || now.err != nil || now.purged {
		return now
	}
	same := before != nil && before.status == now.status && before.elsewhere == now.elsewhere && before.folder == now.folder &&
		(before.started == now.started || reflect.DeepEqual(before.started, now.started))
	switch {
	case now.folder == "":
		if same {
			return before
		}
		return now
	case now.status == Lost:
		if same && before.stamps.Hold() {
			return before
		}
		now.stamps = now.takeStamps(before)
		return now
	}
	return p.readings.follow(now, before, same)
}

// takeStamps remembers the files of a run whose processes are dead, before they
// are read.
func (r *Run) takeStamps(before *Run) *stamps.Set {
	set := stamps.New()
	set.Add(r.folder)
	dir := filepath.Join(r.folder, journalName)
	set.Add(dir)
	for _, name := range namesIn(dir) {
		set.Add(filepath.Join(dir, name))
	}
	if before != nil {
		set.After(before.stamps)
	}
	return set
}

// moved reports whether the run's ref is another one than when it was read, or
// its journals have been put aside: then what was read of them may be a part.
func (r *Run) moved() bool {
	if _, err := os.Stat(filepath.Join(r.folder, journalName)); err != nil {
		return true
	}
	tip := gitstore.Hash{}
	if r.store != nil {
		tip, _, _ = r.project.tipIn(r.store, r.uuid)
	} else if t, err := r.project.tip(r.uuid); err == nil {
		tip = t.hash
	}
	return tip != r.tip
}
