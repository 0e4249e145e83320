package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newOpen(a *app) *cobra.Command {
	var path bool
	c := &cobra.Command{
		Use:   "open RUN",
		Short: "Open a run's folder",
		Long: "Open a run's folder, its record as ordinary files without the source, in the desktop's file\n" +
			"manager. Without a desktop, or with --path, its path is printed. A folder that is gone is\n" +
			"made again from git.",
		Example:     "exprec open @",
		Args:        between(1, 1),
		Annotations: codes(noRunCode, "4    refused, the run goes on elsewhere", damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(p *recorder.Project, r *recorder.Run) error {
				return a.openFolder(c.Context(), p, r, path)
			})
		},
	}
	c.Flags().BoolVar(&path, "path", false, "only print the path")
	return c
}

func (a *app) openFolder(ctx context.Context, p *recorder.Project, r *recorder.Run, path bool) error {
	folder, warnings, err := p.Mirror(ctx, r)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		a.note("%s", w)
	}
	opener := desktopOpener()
	if path || opener == nil || !a.out.tty {
		a.out.line(plain("%s", sanitizeLine(folder)))
		return nil
	}
	if err := exec.CommandContext(ctx, opener[0], append(opener[1:], folder)...).Run(); err != nil {
		return failed("exprec open --path prints the path", "the desktop cannot open %s: %v", folder, err)
	}
	a.note("opened %s", folder)
	return nil
}

// desktopOpener is the command that opens a folder on this desktop, nil where
// there is none.
func desktopOpener() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{"open"}
	case "windows":
		return []string{"explorer"}
	}
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil
	}
	if _, err := exec.LookPath("xdg-open"); err != nil {
		return nil
	}
	return []string{"xdg-open"}
}
