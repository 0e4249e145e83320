package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// shownSpace is how many runs a report names on a terminal.
const shownSpace = 10

func newGC(a *app) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "gc",
		Short: "Report what runs take on the disk, and tidy up",
		Long: "Report what runs take on the disk, by kind and by run, and remove what nobody misses:\n" +
			"caches, folders of ended runs beyond git config exprec.mirrorMax (10g; they come back\n" +
			"when they are wanted, the oldest go first), what a restore saved more than 30 days ago,\n" +
			"large files of no run, and what killed processes left. Where it helps git puts packs and\n" +
			"refs together. Nothing that a run needs is removed; exprec prune and exprec delete do that.",
		Example: "exprec gc --dry-run",
		Args:    between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.gc(c.Context(), dry)
		},
	}
	c.Flags().BoolVarP(&dry, "dry-run", "n", false, "only report")
	return c
}

func (a *app) gc(ctx context.Context, dry bool) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	report, err := project.PlanGC(ctx)
	if err != nil {
		return err
	}
	a.announceVanished(project)
	a.printSpace(report)
	verb := "Removes"
	if dry {
		verb = "Would remove"
	}
	for _, d := range report.Drops {
		a.out.line(plain("%s %s (%s).", verb, sanitizeLine(d.What), size(d.Bytes)))
	}
	verb = "Puts together"
	if dry {
		verb = "Would put together"
	}
	for _, words := range report.Git {
		a.out.line(plain("%s %s.", verb, sanitizeLine(words)))
	}
	for _, note := range report.Notes {
		a.note("%s", note)
	}
	if dry {
		return nil
	}
	freed, err := report.Apply(ctx)
	if freed > 0 {
		a.note("removed %s", size(freed))
	}
	return err
}

// printSpace prints what the project takes, by kind and by run.
func (a *app) printSpace(g *recorder.GC) {
	kinds := &table{columns: []column{{title: "KIND", fixed: true}, {title: "TAKES", right: true, fixed: true}, {title: "CAN GO", right: true, fixed: true}}}
	for _, k := range g.Kinds {
		kinds.add(plain("%s", k.Kind), plain("%s", size(k.Bytes)), plain("%s", size(k.Frees)))
	}
	if len(kinds.rows) > 0 {
		kinds.print(a.out)
	}
	runs := g.Runs
	if a.out.tty {
		runs = runs[:min(len(runs), shownSpace)]
	}
	if len(runs) == 0 {
		return
	}
	a.out.line(plain(""))
	t := &table{columns: []column{{title: "ID", fixed: true}, {title: "LABEL"}, {title: "STATE", fixed: true}}}
	for _, title := range []string{"TAKES", "GIT", "LARGE", "FOLDER", "JOURNALS"} {
		t.columns = append(t.columns, column{title: title, right: true, fixed: true})
	}
	for _, s := range runs {
		row := []text{plain("%s", s.Run.Short()), plain("%s", sanitizeLine(s.Run.Label())), plain("%s", spaceState(s.Run))}
		for _, bytes := range []int64{s.Total(), s.Objects, s.Large, s.Folder, s.Journals} {
			row = append(row, plain("%s", size(bytes)))
		}
		t.add(row...)
	}
	t.print(a.out)
	if more := len(g.Runs) - len(runs); more > 0 {
		a.out.line(styled(dimStyle, "%s more", count(more, "run")))
	}
}

// spaceState is how a run stands, hidden ones too.
func spaceState(r *recorder.Run) string {
	switch {
	case r.Purged():
		return "purged"
	case r.Deleted():
		return "deleted"
	}
	return string(r.Status())
}
