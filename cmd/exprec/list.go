package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// listedRuns is how many rows a terminal gets unless more are asked for.
const listedRuns = 30

type listOptions struct {
	query string
	max   int // rows; negative: as many as fit the place, 0: all
	all   bool
	json  bool
	lines bool
}

func newList(a *app) *cobra.Command {
	var o listOptions
	c := &cobra.Command{
		Use:   "list [WORD…]",
		Short: "List the runs, newest first",
		Long: "List the runs, newest first. Words narrow the list: each must be part of a run's\n" +
			"label, name, alias, tags, group or status, or begin its id.\n" +
			"The best value of a scalar has a *. --json and --jsonl give all that lists know.",
		Example: "exprec list lost -n 5",
		Args:    between(0, -1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.json && o.lines {
				return usage("see exprec help list", "--json and --jsonl exclude each other")
			}
			o.query = strings.Join(args, " ")
			return a.list(c.Context(), o)
		},
	}
	c.Flags().IntVarP(&o.max, "number", "n", -1, "`N` runs, 0 for all (default 30 on a terminal, else all)")
	c.Flags().Lookup("number").DefValue = "0" // help leaves a zero out
	c.Flags().BoolVarP(&o.all, "all", "a", false, "archived runs too")
	c.Flags().BoolVar(&o.json, "json", false, "as one JSON document")
	c.Flags().BoolVar(&o.lines, "jsonl", false, "as JSON, a run a line")
	return c
}

func (a *app) list(ctx context.Context, o listOptions) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	runs, err := project.Runs(ctx, o.query)
	if err != nil {
		return err
	}
	a.announceVanished(project)
	if n := project.Skipped(); n > 0 {
		a.note("%s skipped: unexpected name", count(n, "ref"))
	}
	if !o.all {
		runs = withoutArchived(runs)
	}
	more := 0
	if limit := o.limit(a.out); limit > 0 && len(runs) > limit {
		runs, more = runs[:limit], len(runs)-limit
	}
	switch {
	case o.json:
		return a.listJSON(ctx, runs)
	case o.lines:
		return a.listLines(ctx, runs)
	case len(runs) == 0:
		a.note("%s", noRuns(o))
		return nil
	}
	return a.listTable(ctx, runs, more)
}

// limit is the greatest number of rows, 0 for any.
func (o listOptions) limit(s *screen) int {
	switch {
	case o.max >= 0:
		return o.max
	case s.tty && !o.json && !o.lines:
		return listedRuns
	}
	return 0
}

func noRuns(o listOptions) string {
	if o.query != "" {
		return fmt.Sprintf("no run matches %q", o.query)
	}
	return "there are no runs yet"
}

func withoutArchived(runs []*recorder.Run) []*recorder.Run {
	var kept []*recorder.Run
	for _, r := range runs {
		if !r.Archived() {
			kept = append(kept, r)
		}
	}
	return kept
}

func (a *app) listJSON(ctx context.Context, runs []*recorder.Run) error {
	document := listJSON{Schema: schema, Runs: []*runJSON{}}
	for _, r := range runs {
		if err := ctx.Err(); err != nil {
			return err
		}
		document.Runs = append(document.Runs, jsonRun(r))
	}
	return encode(a.out, document, "  ")
}

func (a *app) listLines(ctx context.Context, runs []*recorder.Run) error {
	for _, r := range runs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := encode(a.out, jsonRun(r), ""); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) listTable(ctx context.Context, runs []*recorder.Run, more int) error {
	t, err := runsTable(ctx, a.out, runs)
	if err != nil {
		return err
	}
	if hidden := t.print(a.out); len(hidden) > 0 {
		a.out.line(styled(dimStyle, "no room for: %s", sanitizeLine(strings.Join(hidden, ", "))))
	}
	if more > 0 {
		a.out.line(styled(dimStyle, "%d more: -n 0", more))
	}
	return nil
}
