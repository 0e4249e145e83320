package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newRecover(a *app) *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "recover",
		Short: "Finish runs whose process died, bring back those that vanished",
		Long: "Finish runs whose process died on this machine without a word: killed, out of memory,\n" +
			"power. All that was logged is kept. Other commands do the same before they read, for\n" +
			"two seconds at most. Runs of another machine are named, and finished with --force: only\n" +
			"when you know they are dead. Runs that were kept outside of the repository, because it\n" +
			"could not be written to, are moved into it. Runs whose refs somebody removed, such as a\n" +
			"mirroring fetch, come back from their objects.",
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
	mended, err := a.mend(ctx, project)
	if err != nil {
		return err
	}
	r, err := project.Recover(ctx, force)
	if err != nil {
		return err
	}
	for _, run := range r.Sealed {
		a.out.line(plain("recovered %s (%s): %s", sanitizeLine(run.Label), short(run.ID), run.Status))
	}
	for _, run := range r.Continued {
		a.out.line(plain("recovered %s (%s): %s, it goes on from %s, which was sealed before its process ended",
			sanitizeLine(run.Label), short(run.ID), run.Status, short(run.Continues)))
	}
	for _, run := range r.Moved {
		a.out.line(plain("moved %s (%s) into the repository", sanitizeLine(run.Label), short(run.ID)))
	}
	for _, run := range r.Elsewhere {
		a.out.line(plain("left %s (%s): it may live on %s, heard %s ago", sanitizeLine(run.Label), short(run.ID),
			sanitizeLine(run.Host), age(run.Heard)))
	}
	if r.NotOurs > 0 {
		a.out.line(plain("left %s of other users: their own exprec recover finishes them", count(r.NotOurs, "dead run")))
	}
	if len(r.Sealed)+len(r.Continued)+len(r.Moved)+len(r.Elsewhere)+len(r.Failed)+r.NotOurs+mended == 0 {
		a.out.line(plain("There is nothing to recover."))
	}
	if len(r.Elsewhere) > 0 {
		a.note("exprec recover there finishes what is dead; when you know that it is, exprec recover --force does so here")
	}
	return problems(r.Failed)
}

// announce says in a line what a recovery on the way did. That a run could not
// be finished is no reason not to show the others.
func (a *app) announce(r *recorder.Recovery) {
	if n := len(r.Sealed) + len(r.Continued); n > 0 {
		a.note("recovered %s whose process had died: %s", count(n, "run"), namesOf(append(r.Sealed, r.Continued...)))
	}
	if n := len(r.Moved); n > 0 {
		a.note("moved %s into the repository: %s", count(n, "run"), namesOf(r.Moved))
	}
	if r.Waiting > 0 {
		a.note("%s exprec recover", waiting(r.Waiting))
	}
	if r.Unmoved > 0 {
		a.note("%s outside of the repository: exprec recover moves them into it", count(r.Unmoved, "run"))
	}
	for _, err := range r.Failed {
		a.note("%v", err)
	}
}

func waiting(n int) string {
	if n == 1 {
		return "1 more dead run waits for"
	}
	return fmt.Sprintf("%d more dead runs wait for", n)
}

// maxNamed is how many runs one line names.
const maxNamed = 5

// namesOf names the first runs of a list.
func namesOf(runs []recorder.Recovered) string {
	var names []string
	for _, run := range runs[:min(len(runs), maxNamed)] {
		names = append(names, fmt.Sprintf("%s (%s, %s)", run.Label, short(run.ID), run.Status))
	}
	if more := len(runs) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// age is the time since a moment, in the largest unit that says enough.
func age(at time.Time) string {
	switch d := time.Since(at); {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// standing says of a running run whose process cannot be seen from here when
// it was last heard of, and where. It is empty for all others.
func standing(r *recorder.Run) string {
	host := r.Elsewhere()
	switch {
	case host == "":
		return ""
	case r.Silent():
		return fmt.Sprintf("silent for %s on %s", age(r.LastHeard()), host)
	}
	return fmt.Sprintf("heard %s ago on %s", age(r.LastHeard()), host)
}
