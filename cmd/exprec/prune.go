package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

type pruneOptions struct {
	files, dry, yes bool
	keep            string
}

func newPrune(a *app) *cobra.Command {
	var o pruneOptions
	c := &cobra.Command{
		Use:   "prune QUERY | prune RUN…",
		Short: "Give space back, keep the records",
		Long: "Give space back that runs take: their folders, which come back when they are wanted, and\n" +
			"with --files the content of their large files, saved ones and those of the source, which\n" +
			"is gone for good unless another copy has it. Records, metrics and small files stay, and\n" +
			"so does content that other runs hold too. The words are runs where each of them is one,\n" +
			"else a query as of exprec list; '' is every run. Prints what will go and asks; without a\n" +
			"terminal to ask on it wants --yes.",
		Example:     "exprec prune sweep --files --keep best:3",
		Args:        between(1, -1),
		Annotations: codes(noRunCode, refusedCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.prune(c.Context(), args, o)
		},
	}
	f := c.Flags()
	f.BoolVar(&o.files, "files", false, "the content of large files too")
	f.StringVar(&o.keep, "keep", "", "leave some alone: best:`N` by the main metric, or last:N")
	f.BoolVarP(&o.dry, "dry-run", "n", false, "only say what would go")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return c
}

func (a *app) prune(ctx context.Context, args []string, o pruneOptions) error {
	keep, err := parseKeep(o.keep)
	if err != nil {
		return err
	}
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	runs, err := chosenRuns(ctx, project, args)
	if err != nil {
		return err
	}
	if runs, err = a.leaveOut(runs, keep); err != nil {
		return err
	}
	plan, err := project.PlanPrune(ctx, runs, o.files)
	if err != nil {
		return err
	}
	a.printPrune(plan, o.files)
	if o.dry || plan.Bytes() == 0 {
		return nil
	}
	if err := a.confirm(o.yes, "prune", "removed"); err != nil {
		return err
	}
	freed, err := plan.Apply(ctx)
	a.note("gave %s back", size(freed))
	return err
}

// chosenRuns are the runs that the words name, one each, else those that match
// them as a query.
func chosenRuns(ctx context.Context, p *recorder.Project, words []string) ([]*recorder.Run, error) {
	runs, err := uniqueRuns(ctx, p, words)
	if err == nil {
		slices.SortStableFunc(runs, func(a, b *recorder.Run) int { return b.Started().Compare(a.Started()) })
		return runs, nil
	}
	if isAmbiguous(err) && len(words) == 1 {
		return nil, err
	}
	if exitCode(err) != exitNoRun {
		return nil, err
	}
	query := strings.TrimSpace(strings.Join(words, " "))
	runs, err = p.Runs(ctx, query)
	if err == nil && len(runs) == 0 {
		err = fmt.Errorf("%w matches %q; exprec list shows the runs", recorder.ErrNoRun, query)
	}
	return runs, err
}

// keeping says which runs are left alone: the n best, or the n last.
type keeping struct {
	best bool
	n    int
}

func parseKeep(words string) (keeping, error) {
	if words == "" {
		return keeping{}, nil
	}
	which, digits, _ := strings.Cut(words, ":")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || which != "best" && which != "last" {
		return keeping{}, usage("write --keep best:3 or --keep last:5", "--keep %q says nothing that can be kept", words)
	}
	return keeping{which == "best", n}, nil
}

// leaveOut takes the runs out that are kept, and names them. Runs come newest
// first.
func (a *app) leaveOut(runs []*recorder.Run, k keeping) ([]*recorder.Run, error) {
	kept := runs[:min(k.n, len(runs))]
	how := "newest"
	if k.best {
		best, metric, err := recorder.BestRuns(runs, k.n)
		if err != nil {
			return nil, err
		}
		kept, how = best, "best by "+metric
	}
	if len(kept) == 0 {
		return runs, nil
	}
	var rest []*recorder.Run
	var names []string
	isKept := map[string]bool{}
	for _, r := range kept {
		isKept[r.ID()] = true
		names = append(names, fmt.Sprintf("%s (%s)", r.Label(), r.Short()))
	}
	for _, r := range runs {
		if !isKept[r.ID()] {
			rest = append(rest, r)
		}
	}
	a.out.line(plain("Kept, %s: %s", sanitizeLine(how), sanitizeLine(strings.Join(names, ", "))))
	return rest, nil
}

func (a *app) printPrune(plan *recorder.PrunePlan, files bool) {
	t := &table{columns: []column{
		{title: "ID", fixed: true}, {title: "LABEL"}, {title: "FOLDER", right: true, fixed: true},
		{title: "LARGE FILES", right: true, fixed: true}, {title: "STAYS"},
	}}
	gone := 0
	for _, item := range plan.Items {
		if item.Bytes+item.Mirror == 0 && item.Kept == "" {
			continue
		}
		gone += len(item.Files)
		t.add(plain("%s", item.Run.Short()), plain("%s", sanitizeLine(item.Run.Label())), plain("%s", size(item.Mirror)),
			plain("%s", size(item.Bytes)), plain("%s", sanitizeLine(item.Kept)))
	}
	if len(t.rows) > 0 {
		t.print(a.out)
	}
	words := fmt.Sprintf("%s of %s to give back", size(plan.Bytes()), count(len(plan.Items), "run"))
	if gone > 0 {
		words += fmt.Sprintf(", the content of %s for good", count(gone, "large file"))
	}
	if plan.Shared > 0 {
		words += fmt.Sprintf("; %s stay that other runs hold too", count(plan.Shared, "large file"))
	}
	a.out.line(plain("%s.", words))
	if !files && plan.Bytes() == 0 {
		a.note("--files gives back the content of large files too")
	}
}
