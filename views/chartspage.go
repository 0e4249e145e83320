package views

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// drawnCharts is how many charts of a page the server draws into it. The others
// are pictures of their own, for readers without script.
const drawnCharts = 12

// chartsView is the charts of a run.
type chartsView struct {
	Run    *recorder.Run
	URL    string
	State  chartState
	Groups []chartGroup
	Total  int // charts
	Shown  int // charts that the filter lets through
}

// chartGroup is the charts whose names begin alike.
type chartGroup struct {
	Title  string
	Charts []chart
	Shown  int
	Open   bool
}

func (v chartsView) tools() chartToolsView { return chartToolsView{URL: v.URL, State: v.State} }

// runCharts is the tab with all charts of a run.
func (d *Dashboard) runCharts(w http.ResponseWriter, r *http.Request) error {
	state, err := chartStateOf(r.URL.Query())
	if err != nil {
		return err
	}
	return d.runTab(w, r, "charts", func(ctx context.Context, p *recorder.Project, run *recorder.Run) (templ.Component, error) {
		v, err := d.chartsOf(run, chainLines(ctx, p, run), state)
		if err != nil {
			return nil, err
		}
		return chartsPage(v), nil
	})
}

// chartsOf makes the groups of a run's charts, whose lines have the parts lines.
func (d *Dashboard) chartsOf(run *recorder.Run, lines []chartLine, state chartState) (chartsView, error) {
	v := chartsView{Run: run, URL: runURL(run.Address(), "charts"), State: state}
	own, err := run.Scalars()
	if err != nil {
		return v, err
	}
	system, err := run.System()
	if err != nil {
		return v, err
	}
	last := map[string]float64{}
	for _, summary := range slices.Concat(own, system) {
		last[summary.Name] = summary.Last
	}
	drawn := 0
	for _, g := range groupNames(namesOf(own), namesOf(system)) {
		for _, name := range g.names {
			var c chart
			if state.shows(name) && g.open && drawn < drawnCharts {
				c = d.chart(name, lines, state)
				drawn++
			} else {
				c = chartLater(name, lines, state)
				c.Last, c.Exact = number(last[name]), exact(last[name])
			}
			v.add(g, c)
		}
	}
	return v, nil
}

// add puts a chart into its group.
func (v *chartsView) add(g namedGroup, c chart) {
	if n := len(v.Groups); n == 0 || v.Groups[n-1].Title != g.title {
		v.Groups = append(v.Groups, chartGroup{Title: g.title, Open: g.open})
	}
	group := &v.Groups[len(v.Groups)-1]
	group.Charts = append(group.Charts, c)
	v.Total++
	if !c.Hidden {
		group.Shown++
		v.Shown++
	}
}

// namedGroup is names that begin alike.
type namedGroup struct {
	title string
	names []string
	open  bool
}

// groupNames puts names together that are the same up to the first slash, in the
// order in which they come. Names without one come first; what the recorder logs
// itself comes last and is closed at first.
func groupNames(own, system []string) []namedGroup {
	groups := []namedGroup{{title: "Scalars", open: true}}
	at := map[string]int{"": 0}
	for _, name := range own {
		prefix, _, slash := strings.Cut(name, "/")
		if !slash {
			prefix = ""
		}
		n, known := at[prefix]
		if !known {
			n = len(groups)
			at[prefix] = n
			groups = append(groups, namedGroup{title: prefix + "/", open: true})
		}
		groups[n].names = append(groups[n].names, name)
	}
	return append(groups, namedGroup{title: "system/", names: system})
}

func namesOf(scalars []recorder.ScalarSummary) []string {
	names := make([]string, len(scalars))
	for i, s := range scalars {
		names[i] = s.Name
	}
	return names
}
