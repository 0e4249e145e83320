package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newDemo(a *app) *cobra.Command {
	epochs := 30
	var serve, noServe bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Record real training runs in a throw-away project",
		Long: "Train a small network on handwritten digits twelve times in a new project in the folder for\n" +
			"temporary files, record it all, and show what the other commands make of it. One training goes\n" +
			"on for five minutes, or until the project is removed. On a terminal the dashboard on it is\n" +
			"served at the end, until Ctrl-C. Needs git.",
		Example: "exprec demo",
		Args:    between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if serve && noServe {
				return usage("", "--serve and --no-serve exclude each other")
			}
			if err := a.demo(c.Context(), epochs); err != nil {
				return err
			}
			if noServe || !serve && !a.interactive() {
				return nil
			}
			a.prompt("exprec")
			return a.serve(c.Context(), serveOptions{host: serveHost, port: servePort})
		},
	}
	c.Flags().BoolVar(&serve, "serve", false, "serve the dashboard at the end, without a terminal too")
	c.Flags().BoolVar(&noServe, "no-serve", false, "end without it")
	c.Flags().IntVar(&epochs, "epochs", epochs, "how long to train")
	c.AddCommand(newDemoTrain())
	return c
}

func (a *app) demo(ctx context.Context, epochs int) error {
	if _, err := exec.LookPath("git"); err != nil {
		return failed("install git, then try again", "the demo keeps its project in git, and there is no git on PATH")
	}
	if epochs < 2 {
		return usage("", "--epochs is %d, it must be at least 2", epochs)
	}
	room, err := os.MkdirTemp("", "exprec-demo-")
	if err != nil {
		return err
	}
	// Below it, so that what is checked out beside the project is in it too.
	a.dir = filepath.Join(room, "digits")
	if err := a.demoRuns(ctx, a.dir, epochs); err != nil {
		os.RemoveAll(room)
		return err
	}
	return a.demoTour(ctx)
}

// demoTour shows what was recorded and says how to go on.
func (a *app) demoTour(ctx context.Context) error {
	a.prompt("exprec list")
	if err := a.list(ctx, listOptions{max: 0}); err != nil {
		return err
	}
	best, id, err := a.bestRun(ctx)
	if err != nil {
		return err
	}
	a.prompt("exprec show " + best)
	err = a.withRun(ctx, best, func(p *recorder.Project, r *recorder.Run) error { return a.show(ctx, p, r) })
	if err != nil {
		return err
	}
	from := demoFirst
	if best == from {
		from = demoSecond
	}
	a.prompt("exprec diff " + from + " " + best)
	err = a.withRun(ctx, from, func(p *recorder.Project, r *recorder.Run) error {
		other, err := p.Run(ctx, best)
		if err != nil {
			return err
		}
		return a.diff(ctx, p, r, other)
	})
	if err != nil {
		return err
	}
	a.goOn(best, id)
	return nil
}

// prompt shows the command whose output follows.
func (a *app) prompt(command string) {
	a.out.line(styled(boldStyle, "\n$ %s", command))
}

// bestRun gives name and id of the run with the best accuracy.
func (a *app) bestRun(ctx context.Context) (name, id string, err error) {
	project, err := a.open(ctx)
	if err != nil {
		return "", "", err
	}
	defer project.Close()
	rows, err := project.Rows(ctx, "status=succeeded")
	if err != nil {
		return "", "", err
	}
	best := rows.Best(rows.Scalar("val/accuracy"))
	if best < 0 {
		return "", "", fmt.Errorf("the demo recorded no run with an accuracy in %s", a.dir)
	}
	return rows.At(best).Name(), rows.At(best).ID(), nil
}

// goOn prints the commands to go on with.
func (a *app) goOn(best, id string) {
	a.heading("Go on in the project")
	for _, line := range []string{
		"cd " + quote(a.dir),
		"exprec   # the dashboard, on http://localhost:8080/",
		"exprec list lost",
		"exprec why " + demoFirst + " " + demoSecond + "   # what moved its main metric",
		"exprec scalars " + best + " val/loss --csv",
		"exprec cat " + best + " model.json > model.json",
		"exprec diff " + demoFirst + "   # against the work tree as it is now",
		"exprec checkout " + demoFirst + "   # its exact source, in a new folder",
		"git log --stat refs/exprec/" + id + "   # runs are ordinary commits",
		"exprec check",
		"rm -rf " + quote(filepath.Dir(a.dir)),
	} {
		a.out.line(plain("  %s", line))
	}
	if _, err := exec.LookPath("exprec"); err != nil {
		a.out.line(plain("\nexprec is not on your PATH yet: go install ./cmd/exprec puts it into %s.", goBin()))
	}
}

// goBin is where go install puts commands.
func goBin() string {
	if dir := os.Getenv("GOBIN"); dir != "" {
		return dir
	}
	if dir := os.Getenv("GOPATH"); dir != "" {
		return filepath.Join(filepath.SplitList(dir)[0], "bin")
	}
	return "~/go/bin"
}
