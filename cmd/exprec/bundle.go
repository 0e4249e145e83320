package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newBundle(a *app) *cobra.Command {
	var o shareOptions
	c := &cobra.Command{
		Use:   "bundle FILE [RUN…]",
		Short: "Write runs into one file",
		Long: "Write all runs, or those that are named, into one file that exprec fetch FILE takes in\n" +
			"elsewhere: a git bundle, with the whole source of each. A file that exists stays.",
		Example:     "exprec bundle best.bundle @",
		Args:        between(1, -1),
		Annotations: codes(noRunCode, refusedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.bundle(c.Context(), args[0], args[1:], o)
		},
	}
	c.Flags().BoolVarP(&o.dry, "dry-run", "n", false, "only say what would be done")
	c.Flags().BoolVar(&o.json, "json", false, "the summary as JSON")
	c.Flags().BoolVar(&o.allow, "allow-secrets", false, "runs too that hold what looks like a secret")
	return c
}

func (a *app) bundle(ctx context.Context, file string, words []string, o shareOptions) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	runs, err := bundledRuns(ctx, project, words)
	if err != nil {
		return err
	}
	options := recorder.ShareOptions{AllowSecrets: o.allow, DryRun: o.dry}
	var shared *recorder.Shared
	if o.dry {
		shared, err = foreseeBundle(ctx, project, file, options, runs)
	} else if runs, err = a.wholeRuns(ctx, project, runs); err == nil {
		if len(words) == 0 {
			runs = nil // all, those that are hidden too
		}
		shared, err = project.Bundle(ctx, file, options, runs...)
	}
	if err != nil {
		return secretError(err)
	}
	runsThere := count(len(shared.New), "run")
	switch {
	case o.json:
		return encode(a.out, sharedJSON(shared, o.dry), "")
	case o.dry:
		a.note("would write %s to %s", runsThere, sanitizeLine(file))
	default:
		a.note("wrote %s to %s; exprec fetch takes it", runsThere, sanitizeLine(file))
	}
	return nil
}

// bundledRuns are those that are named, else all.
func bundledRuns(ctx context.Context, p *recorder.Project, words []string) ([]*recorder.Run, error) {
	if len(words) > 0 {
		return chosenRuns(ctx, p, words)
	}
	return p.Runs(ctx, "")
}

// foreseeBundle says what a bundle would hold: runs too that would be fetched
// before.
func foreseeBundle(ctx context.Context, p *recorder.Project, file string, o recorder.ShareOptions, runs []*recorder.Run) (*recorder.Shared, error) {
	var here []*recorder.Run
	var light []string
	for _, r := range runs {
		if r.Light() != "" {
			light = append(light, r.ID())
		} else {
			here = append(here, r)
		}
	}
	if len(here) == 0 && len(light) > 0 {
		return &recorder.Shared{Remote: file, New: light}, nil
	}
	shared, err := p.Bundle(ctx, file, o, here...)
	if err != nil {
		return nil, err
	}
	shared.New = append(shared.New, light...)
	return shared, nil
}
