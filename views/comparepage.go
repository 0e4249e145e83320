package views

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// comparePage compares runs.
func (d *Dashboard) comparePage(w http.ResponseWriter, r *http.Request) error {
	state, err := compareStateOf(r.URL.Query())
	if err != nil {
		return err
	}
	p, err := d.project(r.Context())
	if nothingYet(err) {
		return d.render(w, r, http.StatusOK, head{Title: "Compare", Section: "compare"}, nothingPage(d.options.Path))
	}
	if err != nil {
		return err
	}
	found, err := findCompared(r.Context(), p, &state)
	if err != nil {
		return err
	}
	v, err := d.compareView(r.Context(), p, state, found)
	if err != nil {
		return err
	}
	if len(v.Runs)+len(v.Offers)+len(v.Unknown) == 0 && state.Query == "" {
		return d.render(w, r, http.StatusOK, head{Title: "Compare", Section: "compare"}, nothingPage(d.options.Path))
	}
	status := http.StatusOK
	if len(found.runs) == 0 && len(found.unknown) > 0 {
		status = http.StatusNotFound
	}
	return d.render(w, r, status, head{Title: v.windowTitle(), Section: "compare"}, comparePageBody(v))
}

// compareView is the page of a comparison, ready to be shown.
type compareView struct {
	State    compareState
	Runs     []comparedView
	Unknown  []compareProblem
	Matched  int // runs that the query matched
	Tabs     []tabLink
	Offers   []offered
	Problems []compareProblem
	Link     string // the page with every run by its id
	CSV      string
	Live     []comparedView // runs that go on
	Away     []comparedView // runs whose content is not here yet
	AwayOn   []string       // the remotes that have it
	Body     templ.Component
}

// comparedView is a run of a comparison.
type comparedView struct {
	ID, Label, Short, Colour, Status string
	URL                              string // the run's own page
	BaseURL, DropURL                 string
}

// Title is what the page calls itself.
func (v compareView) Title() string {
	switch {
	case v.State.Work && len(v.Runs) > 0:
		return v.Runs[0].Label + " and the work tree"
	case len(v.Runs) == 0:
		return "Compare runs"
	}
	return count(len(v.Runs), "run")
}

func (v compareView) windowTitle() string {
	if len(v.Runs) < 2 || len(v.Runs) > 4 {
		return "Compare " + v.Title()
	}
	var labels []string
	for _, run := range v.Runs {
		labels = append(labels, run.Label)
	}
	return strings.Join(labels, ", ")
}

// topics are what the page follows of the runs that go on.
func (v compareView) topics() string {
	kinds := "scalars status"
	if v.State.Tab == "charts" {
		kinds = "status"
	}
	if v.State.Tab == "images" {
		kinds = "images status"
	}
	var topics []string
	for _, run := range v.Live {
		topics = append(topics, "run/"+run.ID+"/"+kinds)
	}
	return strings.Join(topics, " ")
}

// offersShown is how many runs are offered for a comparison.
const offersShown = 12

func (d *Dashboard) compareView(ctx context.Context, p *recorder.Project, s compareState, found *comparedRuns) (compareView, error) {
	if s.Work && len(found.runs) > 1 {
		s.Work = false
	}
	explicit := found.explicit(s)
	v := compareView{State: s, Unknown: found.unknown, Matched: found.matched, Link: explicit.URL(), CSV: s.at("/compare.csv")}
	for i, run := range found.runs {
		id := run.Address()
		v.Runs = append(v.Runs, comparedView{
			ID: id, Label: comparedLabel(run), Short: short(id), Colour: colourAt(i), Status: string(run.Status()), URL: runURL(id, ""),
			BaseURL: explicit.base(i).URL(), DropURL: explicit.without(i).URL(),
		})
		if run.Status() == recorder.Running {
			v.Live = append(v.Live, v.Runs[i])
		}
		if remote := visible(run.Light()); remote != "" {
			v.Away = append(v.Away, v.Runs[i])
			v.AwayOn = slices.Compact(append(v.AwayOn, remote))
		}
	}
	var err error
	if v.Offers, err = found.offers(ctx, p, s, offersShown); err != nil {
		return v, err
	}
	if len(found.runs) > 1 || s.Work && len(found.runs) == 1 {
		err = d.fillCompare(ctx, p, &v, found.runs)
	}
	return v, err
}

// comparedLabel is how a run is called among others: a record that is kept beside
// the one that counts has its commit too.
func comparedLabel(run *recorder.Run) string {
	if run.Beside() {
		return visible(run.Label()) + " (record " + run.Record().String()[:8] + ")"
	}
	return visible(run.Label())
}

// fillCompare makes the part of the comparison that is asked for.
func (d *Dashboard) fillCompare(ctx context.Context, p *recorder.Project, v *compareView, runs []*recorder.Run) error {
	if v.State.Work && v.State.Tab != "environment" {
		v.State.Tab = "source"
	}
	for _, tab := range compareTabs {
		if v.State.Work && tab.Name != "source" && tab.Name != "environment" {
			continue // the work tree has no more than these
		}
		v.Tabs = append(v.Tabs, tabLink{Title: tab.Title, URL: v.State.onTab(tab.Name).URL(), Here: tab.Name == v.State.Tab})
	}
	var err error
	switch v.State.Tab {
	case "charts":
		v.Body = d.comparedCharts(v, runs)
	case "parallel":
		v.Body, err = v.parallel(ctx, p, runs)
	case "images":
		v.Body = v.images(runs)
	case "source":
		v.Body, err = v.source(ctx, p, runs)
	case "packages":
		v.Body = v.packages(runs)
	case "environment":
		v.Body, err = v.environment(ctx, p, runs)
	default:
		v.Body = templ.Join(v.differences(runs), d.compareMain(v, runs))
	}
	return err
}
