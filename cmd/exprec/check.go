package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check [RUN…]",
		Short: "Verify that runs are as they were recorded",
		Long: "Verify all runs, or some: every object by its hash, every file of the record by decoding\n" +
			"it, content in the LFS store, the journals of runs that go on. Fails where nothing was checked.",
		Example:     "exprec check",
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.check(c.Context(), args)
		},
	}
}

func (a *app) check(ctx context.Context, refs []string) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	var runs []*recorder.Run
	for _, ref := range refs {
		run, err := project.Run(ctx, ref)
		if err != nil {
			return err
		}
		if run, err = a.whole(ctx, project, run); err != nil {
			return err
		}
		runs = append(runs, run)
	}
	report, err := project.Check(ctx, runs...)
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		a.out.line(styled(red, "%s", short(f.Run)), plain(" %s", findingLine(f)))
	}
	a.announceVanished(project)
	if report.Skipped > 0 {
		a.out.line(plain("%s skipped: unexpected name", count(report.Skipped, "ref")))
	}
	a.out.line(plain("checked %s, %d of them ended: %s, %s points, %s in the LFS store", count(report.Runs, "run"),
		report.Sealed, count(report.Objects, "object"), humanize.Comma(report.Points), count(report.Large, "file")))
	if report.Purged > 0 {
		a.out.line(plain("%s purged: nothing is left to check", count(report.Purged, "run")))
	}
	if report.Pruned > 0 {
		a.out.line(plain("%s without content: it was pruned", count(report.Pruned, "file")))
	}
	return verdict(report)
}

func findingLine(f recorder.Finding) string {
	words := f.Problem
	if f.Path != "" {
		words = f.Path + ": " + words
	}
	if !f.Object.IsZero() {
		words += fmt.Sprintf(" (object %s)", f.Object)
	}
	return sanitizeLine(words)
}

// verdict is the report's error. That a newer exprec wrote a run is no damage,
// though it could not be checked.
func verdict(report *recorder.CheckReport) error {
	newer := 0
	for _, f := range report.Findings {
		if errors.Is(f.Err, recorder.ErrNewer) {
			newer++
		}
	}
	if newer > 0 && newer == len(report.Findings) {
		return failed("upgrade exprec", "%s could not be checked: written by a newer exprec", count(newer, "run"))
	}
	err := report.Err()
	if errors.Is(err, recorder.ErrDamaged) {
		return &failure{err, err.Error(), "a new clone gets what a remote has of it: exprec fetch there"}
	}
	return err
}
