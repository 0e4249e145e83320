package main

import (
	"context"

	"github.com/spf13/cobra"
)

func newRecover(a *app) *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "recover",
		Short: "Finish runs whose process died",
		Long: "Finish runs whose process died on this machine without a word: killed, out of memory,\n" +
			"power. All that was logged is kept. Other commands do the same before they read. Runs\n" +
			"of another machine are named, and finished with --force: only when you know they are dead.",
		Example: "exprec recover",
		Args:    between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.recover(c.Context(), force)
		},
	}
	c.Flags().BoolVar(&force, "force", false, "runs of other machines and containers too")
	return c
}

func (a *app) recover(ctx context.Context, force bool) error {
	project, err := a.find()
	if err != nil {
		return err
	}
	defer project.Close()
	r, err := project.Recover(ctx, force)
	if err != nil {
		return err
	}
	for _, run := range r.Sealed {
		a.out.line(plain("recovered %s (%s): %s", sanitizeLine(run.Label), short(run.ID), run.Status))
	}
	for _, run := range r.Elsewhere {
		a.out.line(plain("left %s (%s): it may live on %s", sanitizeLine(run.Label), short(run.ID), sanitizeLine(run.Host)))
	}
	if len(r.Sealed)+len(r.Elsewhere)+len(r.Failed) == 0 {
		a.out.line(plain("There is nothing to recover."))
	}
	if len(r.Elsewhere) > 0 {
		a.note("exprec recover --force finishes those of other machines, when you know that they are dead")
	}
	return problems(r.Failed)
}
