package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

// offlineEnv keeps exprec from fetching anything that was not asked for.
const offlineEnv = "EXPREC_OFFLINE"

// openers are the commands that get a run from its remote where of it only what
// lists need is here.
var openers = []string{"show", "diff", "why", "output", "scalars", "files", "cat", "open", "checkout", "restore", "rerun", "edit", "check", "bundle"}

// offlineFlags lets those commands be kept from it.
func (a *app) offlineFlags(root *cobra.Command) {
	for _, c := range root.Commands() {
		if slices.Contains(openers, c.Name()) {
			c.Flags().BoolVar(&a.offline, "offline", false, "fetch nothing of a run whose content is on a remote")
			c.Annotations[exitNotes] += "\n4    with --offline: what is needed is on a remote"
			if !strings.Contains(c.Annotations[exitNotes], remoteCode) {
				c.Annotations[exitNotes] += "\n" + remoteCode
			}
		}
	}
}

// whole gets all of a run of which only what lists need is here.
func (a *app) whole(ctx context.Context, p *recorder.Project, r *recorder.Run) (*recorder.Run, error) {
	runs, err := a.wholeRuns(ctx, p, []*recorder.Run{r})
	return runs[0], err
}

// wholeRuns is whole for several runs. Where it fails they are as they were.
func (a *app) wholeRuns(ctx context.Context, p *recorder.Project, runs []*recorder.Run) ([]*recorder.Run, error) {
	var absent []*recorder.Run
	for _, r := range runs {
		if r.Light() != "" {
			absent = append(absent, r)
		}
	}
	if len(absent) == 0 {
		return runs, nil
	}
	what := absent[0].Short()
	if len(absent) > 1 {
		what = count(len(absent), "run")
	}
	if offline := os.Getenv(offlineEnv); a.offline || offline != "" && offline != "0" {
		return runs, refused("without --offline and "+offlineEnv+" it is fetched", "the content of %s is on %s, and nothing is to be fetched", what, sanitizeLine(absent[0].Light()))
	}
	a.note("fetching %s from %s", what, absent[0].Light())
	if err := p.FetchRuns(ctx, a.sharing("", shareOptions{}), absent...); err != nil {
		if errors.Is(err, recorder.ErrNoRun) {
			return runs, &failure{errRemote, err.Error(), "exprec fetch --light looks at what the remote has now"}
		}
		if errors.Is(err, gitstore.ErrNoRemote) {
			return runs, &failure{errRemote, err.Error(), "exprec fetch --light finds the run again on a remote that has another name by now"}
		}
		return runs, remoteError(err)
	}
	fetched := slices.Clone(runs)
	for i, r := range runs {
		fetched[i] = p.Refresh(r)
	}
	return fetched, nil
}
