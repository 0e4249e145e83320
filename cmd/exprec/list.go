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
	query   string
	max     int // rows; negative: as many as fit the place, 0: all
	all     bool
	columns []string
	sort    string
	group   string
	json    bool
	lines   bool
	csv     bool
	ids     bool
}

func newList(a *app) *cobra.Command {
	var o listOptions
	c := &cobra.Command{
		Use:   "list [QUERY]",
		Short: "List the runs, newest first",
		Long: "List the runs that match a query, newest first. Words of it are part of a run's label,\n" +
			"name, tags, group or command, or its status, or begin its id. key=value, key:part and\n" +
			"ranges as in lr=1e-4..1e-2 ask for what a run is (status, tag, started, duration, error …),\n" +
			"its parameters, and the last values of its scalars; min(x) and max(x) for others. or, not\n" +
			"and ( ) join them; has:image, missing:val/acc, started=-7d.. are more. FORMAT.md says it all.\n" +
			"The best value of a scalar has a *. A KEY is any that a query can ask for.",
		Example: "exprec list val/acc=0.9.. not tag=old --sort -val/acc\n" +
			"exprec list 'status=failed or lost' --columns label,error,host\n" +
			"exprec list tag=sweep --group lr,hidden --sort -val/acc",
		Args: between(0, -1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			o.query = strings.Join(args, " ")
			return a.list(c.Context(), o)
		},
	}
	c.Flags().IntVarP(&o.max, "number", "n", -1, "`N` runs, 0 for all (default 30 on a terminal, else all)")
	c.Flags().Lookup("number").DefValue = "0" // help leaves a zero out
	c.Flags().BoolVarP(&o.all, "all", "a", false, "archived runs too, and those that another one goes on from")
	c.Flags().StringSliceVarP(&o.columns, "columns", "c", nil, "show these `KEYS` and no others: label,lr,min(loss)")
	c.Flags().StringVarP(&o.sort, "sort", "s", "", "by a `KEY`, from the least to the greatest; -KEY the other way round")
	c.Flags().StringVarP(&o.group, "group", "g", "", "one row for all runs with the same values of `KEYS`: mean ± deviation, and the best; --sort is by a mean then")
	c.Flags().BoolVar(&o.json, "json", false, "as one JSON document with all that lists know")
	c.Flags().BoolVar(&o.lines, "jsonl", false, "as JSON, a run a line")
	c.Flags().BoolVar(&o.csv, "csv", false, "as comma-separated values")
	c.Flags().BoolVar(&o.ids, "ids", false, "only the ids, a line each")
	return c
}

// check refuses options that exclude each other.
func (o *listOptions) check() error {
	var forms []string
	for name, set := range map[string]bool{"--json": o.json, "--jsonl": o.lines, "--csv": o.csv, "--ids": o.ids} {
		if set {
			forms = append(forms, name)
		}
	}
	switch {
	case len(forms) > 1:
		return usage("see exprec help list", "--json, --jsonl, --csv and --ids exclude each other")
	case len(o.columns) > 0 && (o.json || o.lines || o.ids):
		return usage("--json and --jsonl hold everything", "--columns is for tables and --csv")
	case o.group != "" && (o.ids || len(o.columns) > 0):
		return usage("see exprec help list", "--group has columns of its own")
	}
	return nil
}

func (a *app) list(ctx context.Context, o listOptions) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	rows, err := project.Rows(ctx, o.query)
	if err != nil {
		return err
	}
	a.announceVanished(project)
	rows = a.shown(rows, o.all)
	if o.group != "" {
		return a.listGroups(ctx, rows, o)
	}
	var before map[string]int
	if o.isTable() && !o.all {
		rows, before = rows.FoldChains()
	}
	if rows, err = sorted(rows, o.sort); err != nil {
		return err
	}
	more := 0
	if limit := o.limit(a.out); limit > 0 && rows.Len() > limit {
		rows, more = rows.Slice(0, limit), rows.Len()-limit
	}
	if o.isTable() && rows.Len() > 0 {
		return a.listTable(ctx, rows, o, before, more)
	}
	return a.listRows(ctx, rows, o)
}

func (o listOptions) isTable() bool { return !o.json && !o.lines && !o.csv && !o.ids }

// listRows prints rows in a form for programs.
func (a *app) listRows(ctx context.Context, rows *recorder.Rows, o listOptions) error {
	switch {
	case o.json:
		return a.listJSON(ctx, rows)
	case o.lines:
		return a.listLines(ctx, rows)
	case o.csv:
		return a.listCSV(ctx, rows, o.columns)
	case o.ids:
		return a.listIDs(ctx, rows)
	}
	a.noRuns(o)
	return nil
}

// listTable prints rows as a table; before counts the runs that one went on
// from.
func (a *app) listTable(ctx context.Context, rows *recorder.Rows, o listOptions, before map[string]int, more int) error {
	t, err := runsTable(ctx, a.out, rows, o.columns, before)
	if err != nil {
		return err
	}
	a.printTable(t)
	if more > 0 {
		a.out.line(styled(dimStyle, "%d more: -n 0", more))
	}
	return nil
}

// shown says what is strange about the project or the query, and gives the runs
// without those that are archived, unless all or the query asks for them.
func (a *app) shown(rows *recorder.Rows, all bool) *recorder.Rows {
	if n := rows.Skipped(); n > 0 {
		a.note("%s skipped: unexpected name", count(n, "ref"))
	}
	keys, meant := rows.Unknown()
	for i, key := range keys {
		instead := ""
		if meant[i] != "" {
			instead = fmt.Sprintf("; did you mean %s?", meant[i])
		}
		a.note("no run has %s%s", key, instead)
	}
	if all || rows.AsksFor("archived") {
		return rows
	}
	return rows.Filter(func(r recorder.Row) bool { return !r.Archived() })
}

// sorted puts rows in the order of a key, with a - before it from the greatest.
func sorted(rows *recorder.Rows, key string) (*recorder.Rows, error) {
	if key == "" || rows.Len() == 0 {
		return rows, nil
	}
	name, descending := strings.CutPrefix(key, "-")
	column, err := rows.Column(name)
	if err != nil {
		return nil, err
	}
	return rows.Sort(column, descending), nil
}

// limit is the greatest number of rows, 0 for any.
func (o listOptions) limit(s *screen) int {
	switch {
	case o.max >= 0:
		return o.max
	case s.tty && o.isTable():
		return listedRuns
	}
	return 0
}

// noRuns says that the list is empty, and what may be the reason.
func (a *app) noRuns(o listOptions) {
	if strings.TrimSpace(o.query) == "" {
		a.note("there are no runs yet; exprec run records one, exprec fetch gets those of others")
		return
	}
	a.note("no run matches %q", o.query)
	if key, text, ok := strings.Cut(o.query, ":"); ok && !strings.Contains(key+text, `"`) && strings.Contains(strings.TrimSpace(text), " ") {
		a.note(`a text with blanks is quoted: 'error:"out of memory"'`)
	}
}

func (a *app) listIDs(ctx context.Context, rows *recorder.Rows) error {
	for i := range rows.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		a.out.line(plain("%s", rows.At(i).ID()))
	}
	return nil
}

// printTable prints a table, and names the columns for which there was no room.
func (a *app) printTable(t *table) {
	if hidden := t.print(a.out); len(hidden) > 0 {
		a.out.line(styled(dimStyle, "no room for: %s", sanitizeLine(strings.Join(hidden, ", "))))
	}
}
