package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

type deleteOptions struct {
	undo, purge, yes bool
	remote           string
}

func newDelete(a *app) *cobra.Command {
	var o deleteOptions
	c := &cobra.Command{
		Use:   "delete RUN… | delete --undo [RUN…]",
		Short: "Hide runs, or remove their content",
		Long: "Hide runs everywhere: a note that travels as others do. delete --undo takes it back, and\n" +
			"without a RUN lists what is hidden. --purge removes the content for good, of hidden runs\n" +
			"too: objects, files, folder. What other runs or your commits need too stays. What was\n" +
			"pushed is replaced there by the next exprec push. --remote=NAME removes runs from a remote\n" +
			"instead, and leaves them here: whoever has them pushes them again with all of theirs. Both ask\n" +
			"before; without a terminal to ask on they want --yes.",
		Example:     "exprec delete 1a2b3c4d",
		Annotations: codes(noRunCode, refusedCode, damagedCode, remoteCode),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case o.remote != "" && (o.undo || o.purge):
				return usage("give one of them", "--remote excludes --undo and --purge")
			case o.remote != "":
				return a.deleteRemote(c.Context(), o.remote, args, o.yes)
			case o.undo && o.purge:
				return usage("give one of them", "--undo and --purge exclude each other")
			case o.undo:
				return a.undelete(c.Context(), args)
			case o.purge:
				return a.purge(c.Context(), args, o.yes)
			}
			return a.delete(c.Context(), args)
		},
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if o.undo {
			return nil
		}
		return between(1, -1)(c, args)
	}
	c.Flags().BoolVar(&o.undo, "undo", false, "bring deleted runs back")
	c.Flags().BoolVar(&o.purge, "purge", false, "remove their content for good")
	c.Flags().StringVar(&o.remote, "remote", "", "remove them from the remote `NAME`, not here")
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return c
}

func (a *app) delete(ctx context.Context, refs []string) error {
	project, runs, err := a.openRuns(ctx, refs)
	if err != nil {
		return err
	}
	defer project.Close()
	for _, r := range runs {
		if err := project.Delete(ctx, r); err != nil {
			return err
		}
		a.note("deleted %s (%s); exprec delete --undo %s brings it back", r.Label(), r.Short(), r.Short())
	}
	return nil
}

// deleteRemote removes runs from a remote.
func (a *app) deleteRemote(ctx context.Context, remote string, refs []string, yes bool) error {
	project, runs, err := a.openRuns(ctx, refs)
	if err != nil {
		return err
	}
	defer project.Close()
	share := a.sharing(remote, shareOptions{})
	for _, r := range runs {
		a.out.line(plain("%s %s", r.Short(), sanitizeLine(r.Label())))
		share.Runs = append(share.Runs, r.ID())
	}
	if err := a.confirm(yes, "remove from "+sanitizeLine(remote), "removed"); err != nil {
		return err
	}
	var missing error
	found := false
	err = a.atPlaces(ctx, project, remote, func(place int) error {
		share.Place = place
		shared, err := project.RemoveRemote(ctx, share)
		if errors.Is(err, recorder.ErrNoRun) { // another address may have it
			missing = err
			return nil
		}
		found = true
		if err != nil {
			return remoteError(err)
		}
		if n := len(shared.Updated); n > 0 {
			a.note("removed %s from %s", count(n, "run"), sharedWith(shared))
		}
		return remoteError(shared.Err())
	})
	if err == nil && !found {
		return missing
	}
	return err
}

func (a *app) undelete(ctx context.Context, refs []string) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	if len(refs) == 0 {
		return a.listDeleted(ctx, project)
	}
	for _, ref := range refs {
		r, err := project.DeletedRun(ctx, ref)
		if err != nil {
			return err
		}
		if err := project.Undelete(ctx, r); err != nil {
			return err
		}
		a.note("brought %s (%s) back", r.Label(), r.Short())
	}
	return nil
}

func (a *app) listDeleted(ctx context.Context, p *recorder.Project) error {
	runs, err := p.Deleted(ctx)
	if err != nil {
		return err
	}
	t := &table{columns: []column{{title: "ID", fixed: true}, {title: "LABEL"}, {title: "STARTED"}, {title: "STATE"}}}
	for _, r := range runs {
		state := "deleted"
		if r.Purged() {
			state = "purged"
		}
		t.add(plain("%s", r.Short()), plain("%s", sanitizeLine(r.Label())), plain("%s", moment(a.out, r.Started())), plain("%s", state))
	}
	if len(runs) == 0 {
		a.note("no run is deleted")
		return nil
	}
	t.print(a.out)
	return nil
}

func (a *app) purge(ctx context.Context, refs []string, yes bool) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	runs, err := purgedRuns(ctx, project, refs)
	if err != nil {
		return err
	}
	for _, r := range runs {
		a.out.line(plain("%s (%s), %s", sanitizeLine(r.Label()), r.ID(), statusOrPurged(r)))
	}
	a.out.line(plain("Their content will be gone for good: %s.", count(len(runs), "run")))
	if err := a.confirm(yes, "delete --purge", "removed"); err != nil {
		return err
	}
	for _, r := range runs {
		done, err := project.Purge(ctx, r)
		if err != nil {
			return err
		}
		if err := a.purged(r, done); err != nil {
			return err
		}
	}
	return nil
}

// statusOrPurged is how a run stands, also one of which nothing is left.
func statusOrPurged(r *recorder.Run) string {
	if r.Purged() {
		return "purged"
	}
	return string(r.Status())
}

// purgedRuns finds the runs to purge, deleted or not.
func purgedRuns(ctx context.Context, p *recorder.Project, refs []string) ([]*recorder.Run, error) {
	var runs []*recorder.Run
	for _, ref := range refs {
		r, err := p.UniqueRun(ctx, ref)
		if exitCode(err) == exitNoRun {
			if hidden, hiddenErr := p.DeletedRun(ctx, ref); hiddenErr == nil && !isAmbiguous(err) {
				r, err = hidden, nil
			}
		}
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	return runs, nil
}

// purged says what a purge did, and what it could not do.
func (a *app) purged(r *recorder.Run, done *recorder.Purged) error {
	words := []string{count(done.Objects, "object") + " gone from git"}
	if done.Large > 0 {
		words = append(words, fmt.Sprintf("%s of %s gone", count(done.Large, "large file"), size(done.Bytes)))
	}
	if done.Shared > 0 {
		words = append(words, fmt.Sprintf("%s stay that other runs or commits need too", count(done.Shared, "object")))
	}
	a.out.line(plain("purged %s: %s", r.Short(), strings.Join(words, ", ")))
	for _, holder := range done.Holders {
		a.out.line(styled(yellow, "  %s still leads to it", sanitizeLine(holder)))
	}
	again := fmt.Sprintf("exprec delete --purge %s ends it", r.Short())
	switch {
	case done.Err != nil:
		return failed(again, "the run %s is purged, but its objects are still in git: %v", r.Short(), done.Err)
	case done.Left > 0 || len(done.Holders) > 0:
		return refused("remove what leads to them; "+again, "objects of the run %s are still in git", r.Short())
	}
	return nil
}
