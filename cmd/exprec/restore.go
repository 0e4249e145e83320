package main

import (
	"bufio"
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

// plannedPaths is how many paths of a plan are printed in each part.
const plannedPaths = 20

type restoreOptions struct {
	ref   string
	paths []string
	undo  bool
	yes   bool
}

func newRestore(a *app) *cobra.Command {
	var o restoreOptions
	c := &cobra.Command{
		Use:   "restore RUN [PATH…] | restore --undo",
		Short: "Put a run's source back in place",
		Long: "Put a run's source back into the work tree, all of it or some paths. What is there is\n" +
			"saved first; restore --undo brings it back. Only files that were saved are removed, never\n" +
			"ignored ones; HEAD and the index stay. Prints what it will do and asks; without a terminal\n" +
			"to ask on it wants --yes.",
		Example:     "exprec restore @~2 train.py",
		Annotations: codes(noRunCode, refusedCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			if o.undo {
				return a.undo(c.Context())
			}
			o.ref, o.paths = args[0], args[1:]
			return a.restore(c.Context(), o)
		},
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if o.undo {
			return between(0, 0)(c, args)
		}
		return between(1, -1)(c, args)
	}
	c.Flags().BoolVar(&o.undo, "undo", false, "take the last restore back")
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return c
}

func (a *app) restore(ctx context.Context, o restoreOptions) error {
	p, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	// A name that several runs carry is not good enough to overwrite files by.
	r, err := p.UniqueRun(ctx, o.ref)
	if err != nil {
		return err
	}
	if r, err = a.whole(ctx, p, r); err != nil {
		return err
	}
	paths, err := belowTop(p.Top(), o.paths)
	if err != nil {
		return err
	}
	plan, err := p.PlanRestore(ctx, r, paths)
	if err != nil {
		return err
	}
	for _, w := range plan.Warnings {
		a.note("%s", w)
	}
	a.printPlan(r, plan)
	if len(plan.Write)+len(plan.Remove) == 0 {
		return nil
	}
	if err := a.confirm(o.yes, "restore", "restored"); err != nil {
		return err
	}
	if _, err := plan.Apply(ctx); err != nil {
		return err
	}
	a.note("restored; exprec restore --undo takes it back")
	return nil
}

// belowTop makes paths of the current folder relative to the project's top.
func belowTop(top string, paths []string) ([]string, error) {
	top, err := filepath.EvalSymlinks(top)
	if err != nil {
		return nil, err
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	if here, err = filepath.EvalSymlinks(here); err != nil {
		return nil, err
	}
	relative := make([]string, len(paths))
	for i, path := range paths {
		if !filepath.IsAbs(path) {
			path = filepath.Join(here, path)
		}
		below, err := filepath.Rel(top, path)
		if err != nil || !filepath.IsLocal(below) {
			return nil, usage("name paths of the project", "%q is outside of %s", paths[i], top)
		}
		relative[i] = filepath.ToSlash(below)
	}
	return relative, nil
}

func (a *app) printPlan(r *recorder.Run, plan *gitstore.RestorePlan) {
	if len(plan.Write)+len(plan.Remove) == 0 {
		a.out.line(plain("All is as it was in %s (%s): %s.", sanitizeLine(r.Label()), r.Short(), count(plan.Unchanged, "file")))
		return
	}
	a.out.line(plain("Back to the source of %s (%s):", sanitizeLine(r.Label()), r.Short()))
	a.planned("write", green, plan.Write)
	a.planned("remove", red, plan.Remove)
	a.out.line(plain("%d to write, %d to remove, %d stay as they are. What is there is saved first.", len(plan.Write), len(plan.Remove), plan.Unchanged))
}

func (a *app) planned(verb string, s style, paths []string) {
	for _, path := range paths[:min(plannedPaths, len(paths))] {
		a.out.line(styled(s, "  %-6s", verb), plain(" %s", sanitizeLine(path)))
	}
	if more := len(paths) - plannedPaths; more > 0 {
		a.out.line(styled(s, "  %-6s", verb), plain(" %s more", count(more, "file")))
	}
}

// confirm asks whether to go on, where somebody can be asked. done is what the
// command would have done.
func (a *app) confirm(yes bool, command, done string) error {
	if yes {
		return nil
	}
	if !a.interactive() {
		return refused("exprec "+command+" --yes … does it", "nothing was %s: there is no terminal to ask on", done)
	}
	a.out.print(plain("Go on? [y/N] "))
	if err := a.out.flush(); err != nil {
		return err
	}
	answer, _ := bufio.NewReader(a.in).ReadString('\n')
	if strings.ToLower(strings.TrimSpace(answer)) != "y" {
		return refused("", "nothing was %s", done)
	}
	return nil
}

func (a *app) undo(ctx context.Context) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	report, err := project.Undo(ctx)
	if errors.Is(err, gitstore.ErrNotFound) {
		return failed("", "there is no restore to take back")
	}
	if err != nil {
		return err
	}
	a.warn(report)
	a.note("put back %s, %s", count(report.Files, "file"), size(report.Bytes))
	return nil
}
