package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// followEvery is how often a run that is followed is looked at.
const followEvery = 50 * time.Millisecond

type outputOptions struct {
	stdout bool
	stderr bool
	times  bool
	follow bool
	raw    bool
	lines  int // the last so many; negative: all
}

// streams names the streams to print, none for both.
func (o outputOptions) streams() []string {
	switch {
	case o.stdout && !o.stderr:
		return []string{"stdout"}
	case o.stderr && !o.stdout:
		return []string{"stderr"}
	}
	return nil
}

func newOutput(a *app) *cobra.Command {
	o := outputOptions{}
	c := &cobra.Command{
		Use:   "output RUN",
		Short: "Print what a run's program printed",
		Long: "Print what a run's program printed, both streams in the order of printing, as harmless\n" +
			"text: control characters are escaped, and of a line that overwrites itself, such as a\n" +
			"progress bar, the last state is shown. --raw gives the bytes as they were, into a file\n" +
			"or pipe. -f goes on until the run ends.",
		Example:     "exprec output @ -n 20\nexprec output @ --stderr --raw > errors.txt",
		Args:        between(1, 1),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			if o.raw && a.out.tty {
				return failed("exprec output "+quote(args[0])+" --raw > FILE", "--raw is not for a terminal")
			}
			return a.withRun(c.Context(), args[0], func(_ *recorder.Project, r *recorder.Run) error {
				return a.output(c.Context(), r, o)
			})
		},
	}
	c.Flags().BoolVar(&o.stdout, "stdout", false, "what it printed on stdout alone")
	c.Flags().BoolVar(&o.stderr, "stderr", false, "what it printed on stderr alone")
	c.Flags().BoolVarP(&o.times, "timestamps", "t", false, "begin each line with the time when it was printed")
	c.Flags().BoolVarP(&o.follow, "follow", "f", false, "go on until the run ends")
	c.Flags().BoolVar(&o.raw, "raw", false, "the bytes as they were, not for a terminal")
	c.Flags().IntVarP(&o.lines, "lines", "n", -1, "the last `N` lines only")
	c.Flags().Lookup("lines").DefValue = "0" // help leaves a zero out
	return c
}

func (a *app) output(ctx context.Context, r *recorder.Run, o outputOptions) error {
	p := &printer{screen: a.out, raw: o.raw, last: o.lines}
	if o.times {
		p.stamp = stamps(r.Started())
	}
	heard := false
	visit := func(piece recorder.Piece) error {
		heard = true
		p.take(piece)
		if a.out.err != nil {
			return a.out.err
		}
		return ctx.Err()
	}
	var err error
	if o.follow && r.Status() == recorder.Running {
		err = a.follow(ctx, r, o, p, visit)
	} else {
		err = r.Printed(0, visit, o.streams()...)
	}
	p.end()
	if a.out.err != nil {
		return nil // settle says so
	}
	if err == nil && !heard {
		a.note("%s", silence(r))
	}
	return err
}

// follow prints what a run prints until it ends.
func (a *app) follow(ctx context.Context, r *recorder.Run, o outputOptions, p *printer, visit func(recorder.Piece) error) error {
	f := r.Follow(o.streams()...)
	defer f.Close()
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for {
		ended, err := f.Next(visit)
		if err != nil || ended {
			return err
		}
		p.release()
		if a.out.flush() != nil {
			return a.out.err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// silence says why there is nothing to print.
func silence(r *recorder.Run) string {
	switch of := r.Info().OutputOf; {
	case of != "":
		return fmt.Sprintf("what its program printed is kept with another run of the same process: exprec output %s", short(of))
	case r.Status() == recorder.Running:
		return fmt.Sprintf("nothing of what the run %s prints is here", r.Short())
	}
	return fmt.Sprintf("the run %s printed nothing, or it was not kept", r.Short())
}

// stamps gives the time of day of a moment of the run; a blank where it is not
// known.
func stamps(started time.Time) func(time.Duration) string {
	const layout = "2006-01-02 15:04:05.000"
	return func(at time.Duration) string {
		if at < 0 {
			return fmt.Sprintf("%*s", len(layout), "")
		}
		return started.Add(at).Local().Format(layout)
	}
}
