package views

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

// runView is what all tabs of a run have above them.
type runView struct {
	run      *recorder.Run
	Tab      string // the one that is shown
	Tabs     []tabLink
	Who      string // user@host
	Took     string
	Commit   string // short, of the user's own repository
	Branch   string
	Dirty    bool
	Problem  string // why the run cannot be read whole
	Progress *progress
	Older    string // URL of the run before, of the same tab; empty for none
	Newer    string
}

// tabLink is a tab as it stands on the page.
type tabLink struct {
	Title, Count, URL string
	Here              bool
}

// progress is how far a run is that says how many steps it plans.
type progress struct {
	Done, Of int64
}

func (v *runView) title() string {
	if v.Tab == "" {
		return v.run.Label()
	}
	return v.run.Label() + " – " + v.Tab
}

func (v *runView) started() time.Time { return v.run.Started() }

// newRunView reads what the head of a run's pages shows.
func newRunView(ctx context.Context, p *recorder.Project, run *recorder.Run, tab string) *runView {
	info := run.Info()
	v := &runView{run: run, Tab: tab, Who: whoAndWhere(info), Progress: progressOf(run)}
	if seconds := run.Seconds(); !run.Started().IsZero() {
		v.Took = duration(seconds)
	}
	if g := info.Git; g != nil {
		v.Commit, v.Branch, v.Dirty = g.Commit[:min(7, len(g.Commit))], g.Branch, g.Dirty
	}
	if err := run.Err(); err != nil {
		v.Problem = sentence(err.Error())
	}
	for _, t := range runTabs() {
		v.Tabs = append(v.Tabs, tabLink{Title: t.Title, Count: t.Count(run), URL: runURL(run.ID(), t.Name), Here: t.Name == tab})
	}
	return v
}

// whoAndWhere is user@host, as far as they are known.
func whoAndWhere(info *recorder.Info) string {
	return strings.Trim(info.User+"@"+info.Host.Name, "@")
}

// progressOf is nil for a run that plans no steps. Steps count from 0 or 1: what
// lies beyond the plan is not shown.
func progressOf(run *recorder.Run) *progress {
	planned := run.Info().Steps
	if planned <= 0 {
		return nil
	}
	scalars, _ := run.Scalars()
	p := &progress{Of: planned}
	for _, s := range scalars {
		p.Done = max(p.Done, min(s.LastStep+1, planned), min(s.Count, planned))
	}
	return p
}

func (p *progress) words() string {
	return "step " + strconv.FormatInt(p.Done, 10) + " of " + strconv.FormatInt(p.Of, 10)
}
