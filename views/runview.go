package views

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

// runView is what all tabs of a run have above them.
type runView struct {
	*lineage
	run      *recorder.Run
	Tab      string // the one that is shown
	Tabs     []tabLink
	Label    string
	Who      string // who ran it, and user@host
	Took     string
	Commit   string // short, of the user's own repository
	Branch   string
	Dirty    bool
	Added    int // lines that were not committed
	Removed  int
	Group    string
	Tags     []string
	Shared   []sharedFact
	Records  []runRecord // all of a run that has several, the one that counts first
	Said     []recorder.Saying
	Heard    string // of a run elsewhere: where it is, and when it was last heard
	Problem  string // why the run cannot be read whole
	Progress *progress
	Form     *notesForm
	Previous *recorder.Run // that it is compared with; nil for none
	Chosen   bool          // by the reader
	Query    url.Values    // of the request
	Region   string        // id of the one element that is asked for; empty for the whole page
}

// wants reports whether the answer needs one of the live elements of the
// overview: the whole page does, and the grid that they stand in.
func (v *runView) wants(id string) bool {
	return v.Region == id || !slices.Contains([]string{"run-metrics", "run-changed", "run-charts", "run-images", "run-output", "run-results", "run-system", "run-notes"}, v.Region)
}

// regionOf is the id of the element that script asks a page for.
func regionOf(r *http.Request) string {
	if r.Header.Get("HX-Request") != "true" {
		return ""
	}
	_, id, _ := strings.Cut(r.Header.Get("HX-Target"), "#")
	return id
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

func (p *progress) words() string {
	return "step " + wholeNumber(p.Done) + " of " + wholeNumber(p.Of)
}

func (v *runView) title() string {
	if v.Tab == "" {
		return v.Label
	}
	return v.Label + " – " + v.Tab
}

// here is the URL of the page itself. What is being edited is no part of it.
func (v *runView) here() string {
	here := runURL(v.run.Address(), v.Tab)
	if v.Chosen {
		here += "?prev=" + v.Previous.Short()
	}
	return here
}

// editURL is the page with a form for a field of the notes.
func (v *runView) editURL(field string) string {
	q := url.Values{"edit": {field}}
	if v.Chosen {
		q.Set("prev", v.Previous.Short())
	}
	return runURL(v.run.Address(), v.Tab) + "?" + q.Encode()
}

// newRunView reads what the head of a run's pages shows.
func newRunView(ctx context.Context, p *recorder.Project, run *recorder.Run, tab string) *runView {
	info := run.Info()
	v := &runView{
		lineage: lineageOf(ctx, p, run), run: run, Tab: tab, Label: visible(run.Label()), Who: visible(whoAndWhere(info)), Group: info.Group, Tags: run.Tags(),
		Progress: progressOf(run), Heard: heardOf(run), Form: &notesForm{}, Shared: sharedFacts(run), Said: run.Said(),
	}
	v.Records = recordsOf(ctx, p, run)
	if !run.Started().IsZero() {
		v.Took = duration(run.Seconds())
	}
	if g := info.Git; g != nil {
		v.Commit, v.Branch, v.Dirty = g.Commit[:min(7, len(g.Commit))], visible(g.Branch), g.Dirty
	}
	if err := run.Err(); err != nil {
		v.Problem = sentence(visible(err.Error()))
	}
	for _, t := range runTabs() {
		v.Tabs = append(v.Tabs, tabLink{Title: t.Title, Count: t.Count(run), URL: runURL(run.Address(), t.Name), Here: t.Name == tab})
	}
	return v
}

// choosePrevious opens the run that this one is compared with: the one that the
// reader names, else the one that [lineage] found.
func (v *runView) choosePrevious(ctx context.Context, p *recorder.Project, chosen string) error {
	if chosen == "" {
		if v.lineage.Previous != "" {
			// One that is gone since the list was read is none.
			v.Previous, _ = p.UniqueRun(ctx, v.lineage.Previous)
		}
		return nil
	}
	if !isRunID(chosen) {
		return notFound("There is no run %q to compare with.", chosen)
	}
	previous, err := openRun(ctx, p, chosen)
	if err != nil {
		return err
	}
	v.Chosen = previous.ID() != v.lineage.Previous
	v.Previous = previous
	if v.Chosen {
		v.Because = "as chosen"
	}
	return nil
}

// whoAndWhere is who ran the run and user@host, as far as they are known.
func whoAndWhere(info *recorder.Info) string {
	where := strings.Trim(info.User+"@"+info.Host.Name, "@")
	if info.Author == "" {
		return where
	}
	return strings.TrimSuffix(info.Author+", "+where, ", ")
}

// heardOf says of a run whose process cannot be seen from here where it is.
func heardOf(run *recorder.Run) string {
	where := run.Elsewhere()
	if where == "" {
		return ""
	}
	words := "It runs on " + where + ", heard " + ago(run.LastHeard()) + "."
	if run.Silent() {
		words += " When you know that it is dead: exprec recover --force"
	}
	return words
}

// progressOf is nil for a run that plans no steps, and for one that did what it
// had to do. The main metric tells how far the run is; without one the furthest
// of the scalars that count as the plan does. Steps may begin at 0 or at 1.
func progressOf(run *recorder.Run) *progress {
	planned := run.Info().Steps
	if planned <= 0 || run.Status() == recorder.Succeeded {
		return nil
	}
	scalars, _ := run.Scalars()
	p := &progress{Of: planned}
	for _, s := range scalars {
		step := s.LastStep
		if s.FirstStep == 0 {
			step++
		}
		if s.Name == run.MainMetric() {
			return &progress{Done: min(step, planned), Of: planned}
		}
		if step <= planned {
			p.Done = max(p.Done, step)
		}
	}
	return p
}

func (v *runView) started() time.Time { return v.run.Started() }
