package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newBundle(a *app) *cobra.Command {
	var allow bool
	c := &cobra.Command{
		Use:   "bundle FILE [RUN…]",
		Short: "Write runs into one file",
		Long: "Write all runs, or those that are named, into one file that exprec fetch FILE takes in\n" +
			"elsewhere: a git bundle, with the whole source of each. A file that exists stays.",
		Example:     "exprec bundle best.bundle @",
		Args:        between(1, -1),
		Annotations: codes(noRunCode, refusedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.bundle(c.Context(), args[0], args[1:], allow)
		},
	}
	c.Flags().BoolVar(&allow, "allow-secrets", false, "runs too that hold what looks like a secret")
	return c
}

func (a *app) bundle(ctx context.Context, file string, words []string, allow bool) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	var runs []*recorder.Run
	if len(words) > 0 {
		if runs, err = chosenRuns(ctx, project, words); err == nil {
			runs, err = a.wholeRuns(ctx, project, runs)
		}
		if err != nil {
			return err
		}
	}
	n, err := project.Bundle(ctx, file, allow, runs...)
	if err != nil {
		return secretError(err)
	}
	a.note("wrote %s to %s; exprec fetch takes it", count(n, "run"), sanitizeLine(file))
	return nil
}
