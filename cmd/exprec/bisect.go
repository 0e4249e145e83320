package main

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newBisect(a *app) *cobra.Command {
	record := false
	c := &cobra.Command{
		Use:   "bisect BAD [SERIES]",
		Short: "Find the run where a value went bad, and what changed there",
		Long: "Find the first run in a series that the query BAD matches and the one before it did not, and\n" +
			"say what changed between the two. The series are the ended runs that the query SERIES\n" +
			"matches, in the order they were started; those without the value are passed over. With --run\n" +
			"the command of the bad run is recorded on commits that lie between both, by halves.",
		Example:     "exprec bisect 'val/accuracy=..0.9' group=nightly\nexprec bisect --run 'test/loss=0.5..' name=regression",
		Args:        between(1, 2),
		Annotations: codes("3    no run is bad, or none before it is good", damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			project, err := a.open(c.Context())
			if err != nil {
				return err
			}
			defer project.Close()
			return a.bisect(c.Context(), project, append(args, "")[:2], record)
		},
	}
	c.Flags().BoolVar(&record, "run", false, "record the commits between the good and the bad run")
	return c
}

func (a *app) bisect(ctx context.Context, p *recorder.Project, queries []string, record bool) error {
	bad, series := queries[0], queries[1]
	good, wrong, err := a.turn(ctx, p, bad, series)
	if err != nil {
		return err
	}
	if record {
		if good, wrong, err = a.narrow(ctx, p, bad, good, wrong); err != nil {
			return err
		}
	}
	d, err := p.Compare(ctx, good, wrong)
	if err != nil {
		return err
	}
	a.out.line(styled(green, "last good  %s", sideLine(a.out, good)))
	a.out.line(styled(red, "first bad  %s", sideLine(a.out, wrong)))
	return a.showCauses(d)
}

// turn finds the first bad run of a series after a good one, and that good one.
func (a *app) turn(ctx context.Context, p *recorder.Project, bad, series string) (good, wrong *recorder.Run, err error) {
	runs, err := p.Runs(ctx, series)
	if err != nil {
		return nil, nil, err
	}
	slices.Reverse(runs) // the oldest first
	isBad, err := judgeBy(ctx, p, bad)
	if err != nil {
		return nil, nil, err
	}
	counts := map[string]int{}
	for _, r := range runs {
		verdict := isBad(r)
		counts[verdict]++
		switch {
		case verdict == isGood:
			good = r
		case verdict == isWrong && good != nil:
			a.note("%s of the series looked at: %d good, %d passed over before the first bad one", count(counts[isGood]+counts[isUnknown]+1, "run"), counts[isGood], counts[isUnknown])
			return good, r, nil
		}
	}
	return nil, nil, noTurn(counts)
}

// What a run of a series is.
const (
	isGood    = "good"
	isWrong   = "bad"
	isUnknown = "unknown" // it has no such value, or has not ended
)

// judgeBy tells good from bad runs. A query and its negation both match no run
// that lacks the value.
func judgeBy(ctx context.Context, p *recorder.Project, bad string) (func(*recorder.Run) string, error) {
	verdicts := map[string]string{}
	for query, verdict := range map[string]string{bad: isWrong, "not (" + bad + ")": isGood} {
		runs, err := p.Runs(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			verdicts[r.ID()] = verdict
		}
	}
	return func(r *recorder.Run) string {
		verdict, known := verdicts[r.ID()]
		if !known || r.Status() == recorder.Running {
			return isUnknown
		}
		return verdict
	}, nil
}

// noTurn says why there is nothing to find.
func noTurn(counts map[string]int) error {
	switch {
	case counts[isWrong] == 0 && counts[isGood] == 0:
		return &failure{recorder.ErrNoRun, "no ended run of the series has the value", "exprec list shows what the runs have"}
	case counts[isWrong] == 0:
		return &failure{recorder.ErrNoRun, "no run of the series is bad: " + count(counts[isGood], "run") + " good", ""}
	}
	return &failure{recorder.ErrNoRun, "no run before the first bad one is good", "record one on an older commit, or widen the series"}
}

// narrow records the bad run's command on commits between the two, until they
// are neighbours.
func (a *app) narrow(ctx context.Context, p *recorder.Project, bad string, good, wrong *recorder.Run) (*recorder.Run, *recorder.Run, error) {
	for {
		path, err := p.CommitsBetween(ctx, good, wrong)
		if err != nil || len(path) == 0 {
			return good, wrong, err
		}
		a.note("%s between the good and the bad run", count(len(path), "commit"))
		middle, verdict, err := a.tryMiddle(ctx, p, bad, wrong, path)
		switch {
		case err != nil:
			return nil, nil, err
		case verdict == isGood:
			good = middle
		case verdict == isWrong:
			wrong = middle
		default:
			a.note("none of the commits tried gives the value; the runs stay apart")
			return good, wrong, nil
		}
	}
}

// maxTried is how many commits are tried for one that gives the value.
const maxTried = 5

// tryMiddle records the middle one of some commits, or its neighbours where it
// does not give the value.
func (a *app) tryMiddle(ctx context.Context, p *recorder.Project, bad string, like *recorder.Run, path []string) (*recorder.Run, string, error) {
	for _, at := range fromTheMiddle(len(path)) {
		r, err := a.recordCommit(ctx, p, like, path[at])
		if err != nil {
			return nil, "", err
		}
		judge, err := judgeBy(ctx, p, bad)
		if err != nil {
			return nil, "", err
		}
		verdict := judge(r)
		a.note("commit %.12s: %s", path[at], verdict)
		if verdict != isUnknown {
			return r, verdict, nil
		}
	}
	return nil, isUnknown, nil
}

// fromTheMiddle gives the places of n that are nearest to the middle, the
// nearest first, at most maxTried.
func fromTheMiddle(n int) []int {
	order := []int{n / 2}
	for away := 1; away <= n/2 && len(order) < maxTried; away++ {
		order = append(order, n/2-away)
		if n/2+away < n {
			order = append(order, n/2+away)
		}
	}
	return order[:min(len(order), maxTried)]
}

// recordCommit records a run's command on a commit.
func (a *app) recordCommit(ctx context.Context, p *recorder.Project, like *recorder.Run, commit string) (*recorder.Run, error) {
	words, err := rerunWords(like, nil)
	if err != nil {
		return nil, err
	}
	var id string
	var ended error
	prepare := func(dir string) (string, []string, error) { return p.PrepareCommit(ctx, like, commit, dir) }
	scratch, err := a.inScratch(prepare, func() {
		options := recorder.Options{Title: "bisect " + commit[:min(12, len(commit))]}
		id, ended = recordAgain(p, like, options, recorder.Command{Args: words, Commit: commit})
	})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	var code *exited
	if errors.As(ended, &code) && code.code == exitInterrupted {
		return nil, context.Canceled
	}
	if id == "" {
		return nil, failed("", "the command cannot be recorded on the commit %.12s", commit)
	}
	return p.Run(ctx, id)
}
