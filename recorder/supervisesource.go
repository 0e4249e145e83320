package recorder

import (
	"fmt"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// watchOver makes this process the one that looks at a command, before
// anything is said of the run.
func (e *Experiment) watchOver(c *Command) {
	e.command = c
	if c.Messages != nil && !e.options.Quiet {
		e.messages = c.Messages
	}
	if c.pid != 0 {
		e.beginWatch(c.pid, begunBy)
		return
	}
	e.beginWatch(0, watchedBy)
}

// addSourceOf adds the source of another run. Where it cannot be had, the
// snapshot is added as ever, and the run says so.
func (e *Experiment) addSourceOf(tree *gitstore.Tree, run *record.Run, ref string) {
	from, hash, err := e.sourceTreeOf(ref)
	if err != nil {
		e.fail(fmt.Errorf("the source is taken from the work tree: %w", err))
		if e.addSource(tree, run); run.Source != nil {
			run.Source.Notes = append(run.Source.Notes, fmt.Sprintf("the source is not the one that was asked for: %v", err))
		}
		return
	}
	tree.AddObject("source", filemode.Dir, hash)
	info := from.started
	run.Source = &record.Source{Notes: []string{"the source is that of the run " + from.uuid}}
	if s := info.Source; s != nil {
		run.Source.Files, run.Source.Bytes, run.Source.More = s.Files, s.Bytes, s.More
		run.Source.LeftOut, run.Source.Large = slices.Clone(s.LeftOut), slices.Clone(s.Large)
		run.Source.Notes = append(run.Source.Notes, s.Notes...)
	}
	run.Git = info.Git // the commit that this source was compared with
}

// addSourceOfCommit adds the tree of a commit of the user.
func (e *Experiment) addSourceOfCommit(tree *gitstore.Tree, run *record.Run, commit string) {
	info, err := e.project.stores[0].ReadCommit(plumbing.NewHash(commit))
	if err != nil {
		e.fail(fmt.Errorf("the source of the commit %.12s is not kept: %w", commit, err))
		return
	}
	tree.AddObject("source", filemode.Dir, info.Tree)
	run.Source = &record.Source{Notes: []string{"the source is that of the commit " + commit}}
	run.Git = &record.Git{Commit: commit}
}

// sourceTreeOf finds the source tree of a run in the store that new runs go into.
func (e *Experiment) sourceTreeOf(ref string) (*Run, gitstore.Hash, error) {
	from, err := e.project.Run(e.context(), ref)
	if err != nil {
		return nil, gitstore.Hash{}, err
	}
	hash, err := from.sourceTree()
	if err == nil && from.store != e.project.stores[0] {
		err = fmt.Errorf("the run %s is in another store than new runs", from.Short())
	}
	return from, hash, err
}
