package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

func newCheckout(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "checkout RUN [DIR]",
		Short: "Write a run's exact source into a new folder",
		Long: "Write a run's exact source into a new folder: DIR, or one beside the project that is\n" +
			"named after the run. A folder that exists is left alone. The folder is printed.",
		Example:     "exprec checkout @~2 ../before",
		Args:        between(1, 2),
		Annotations: codes(noRunCode, "4    refused, the folder exists", damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			dir := ""
			if len(args) > 1 {
				dir = args[1]
			}
			return a.withRun(c.Context(), args[0], func(p *recorder.Project, r *recorder.Run) error {
				return a.checkout(c.Context(), p, r, dir)
			})
		},
	}
}

func (a *app) checkout(ctx context.Context, p *recorder.Project, r *recorder.Run, dir string) error {
	dir, report, err := p.Checkout(ctx, r, dir)
	if err != nil {
		return err
	}
	a.warn(report)
	a.note("wrote %s, %s, of %s (%s) into", count(report.Files, "file"), size(report.Bytes), r.Label(), r.Short())
	a.out.line(plain("%s", sanitizeLine(shown(dir))))
	return nil
}

// warn says what was written in another way than it is stored.
func (a *app) warn(report *gitstore.Report) {
	for _, w := range report.Warnings {
		a.note("%s", w)
	}
}

// shown is a path as it is short for people: relative where that is shorter.
func shown(path string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	relative, err := filepath.Rel(here, path)
	if err != nil || strings.Count(relative, "..") > 1 || len(relative) >= len(path) {
		return path
	}
	return relative
}
