package views

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// compareChartsView is the charts of a comparison, ready to be shown.
type compareChartsView struct {
	Filter  []fact // what the form of the filter carries along
	Tools   chartToolsView
	Groups  []chartGroup
	Total   int
	Shown   int
	Bounded bool // not all charts are on the page: the server filters
	More    int  // charts that the filter lets through and the page leaves out
	Brief   bool // below the table: some charts, no tools
	MoreURL string
	Topics  string // of the runs that go on: they may log new scalars
}

const (
	compareMainCharts = 4       // charts below the table of differences
	compareDrawn      = 2000000 // points that the server draws for a page; more are drawn for who asks
	compareCharts     = 100     // charts of a page
)

// comparedScalar is a scalar of some of the runs.
type comparedScalar struct {
	name   string
	lines  []chartLine
	points int64
	rank   int // among the main ones: less is more so
}

// scalarsOf are the scalars of all runs, in the order in which they come up. The
// colour of a run is that of its place, whatever scalars it has.
func (v *compareView) scalarsOf(runs []*recorder.Run, read func(*recorder.Run) ([]recorder.ScalarSummary, error)) []*comparedScalar {
	byName := map[string]*comparedScalar{}
	var all []*comparedScalar
	for i, run := range runs {
		scalars, err := read(run)
		v.Problems = slices.Compact(appendProblem(v.Problems, run, err))
		for _, summary := range scalars {
			s, known := byName[summary.Name]
			if !known {
				s = &comparedScalar{name: summary.Name}
				byName[summary.Name] = s
				all = append(all, s)
			}
			s.lines = append(s.lines, chartLine{Run: run, Label: v.Runs[i].Label, Colour: v.Runs[i].Colour})
			s.points += summary.Count
		}
	}
	return all
}

// comparedCharts are all scalars, one chart each, with the lines of all runs that have
// it.
func (d *Dashboard) comparedCharts(v *compareView, runs []*recorder.Run) templ.Component {
	own, system := v.scalarsOf(runs, (*recorder.Run).Scalars), v.scalarsOf(runs, (*recorder.Run).System)
	page := newCompareCharts(*v)
	byName := map[string]*comparedScalar{}
	for _, s := range append(slices.Clone(own), system...) {
		byName[s.name] = s
	}
	room := &drawingRoom{charts: drawnCharts, points: compareDrawn}
	all := len(own) + len(system)
	page.Bounded = all > compareCharts
	for _, g := range groupNames(comparedNames(own), comparedNames(system)) {
		for _, name := range g.names {
			switch matching := v.State.Charts.shows(name); {
			case page.Bounded && !matching:
			case page.Bounded && page.Total == compareCharts:
				page.More++
			default:
				page.add(g, d.compareChart(v, byName[name], g.open, room))
			}
		}
	}
	page.Total = all
	return compareChartsPage(page)
}

// compareMain are those below the table of differences.
func (d *Dashboard) compareMain(v *compareView, runs []*recorder.Run) templ.Component {
	all := v.scalarsOf(runs, (*recorder.Run).Scalars)
	if len(all) == 0 {
		return templ.NopComponent
	}
	total := len(all)
	mainFirst(all, runs)
	page := newCompareCharts(*v)
	page.Brief, page.MoreURL = true, v.State.onTab("charts").URL()
	room := &drawingRoom{charts: compareMainCharts, points: compareDrawn}
	for _, s := range all[:min(total, compareMainCharts)] {
		page.add(namedGroup{open: true}, d.compareChart(v, s, true, room))
	}
	page.Total = total
	return compareChartsPage(page)
}

// drawingRoom is how much the server still draws for a page.
type drawingRoom struct {
	charts int
	points int64
}

// compareChart is drawn as long as there is room.
func (d *Dashboard) compareChart(v *compareView, s *comparedScalar, open bool, room *drawingRoom) chart {
	state := v.State.Charts
	if !open || room.charts == 0 || s.points > room.points || !state.shows(s.name) {
		return chartLater(s.name, s.lines, state)
	}
	room.charts, room.points = room.charts-1, room.points-s.points
	return d.chart(s.name, s.lines, state)
}

// mainFirst puts the main metric first, then what has a goal, then the others.
func mainFirst(all []*comparedScalar, runs []*recorder.Run) {
	main := runs[0].MainMetric()
	for _, s := range all {
		switch {
		case s.name == main:
			s.rank = 0
		case goalAmong(runs, s.name) != recorder.NoGoal:
			s.rank = 1
		default:
			s.rank = 2
		}
	}
	slices.SortStableFunc(all, func(a, b *comparedScalar) int { return a.rank - b.rank })
}

func comparedNames(all []*comparedScalar) []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.name
	}
	return names
}

func newCompareCharts(v compareView) compareChartsView {
	keep, _ := url.Parse(v.State.with(func(s *compareState) { s.Charts, s.Only = chartState{}, "" }).URL()) // our own: it cannot fail
	page := compareChartsView{Tools: chartToolsView{URL: "/compare", State: v.State.Charts, Keep: keep.Query()}}
	page.Tools.State.Only = v.State.Only
	filter := keep.Query()
	for name, values := range v.State.Charts.query() {
		filter[name] = values
	}
	filter.Del("only")
	page.Filter = chartToolsView{Keep: filter}.keep()
	var topics []string
	for _, run := range v.Live {
		topics = append(topics, "run/"+run.ID+"/scalars")
	}
	page.Topics = strings.Join(topics, " ")
	return page
}

// add puts a chart into its group.
func (c *compareChartsView) add(g namedGroup, one chart) {
	if n := len(c.Groups); n == 0 || c.Groups[n-1].Title != g.title {
		c.Groups = append(c.Groups, chartGroup{Title: g.title, Open: g.open})
	}
	group := &c.Groups[len(c.Groups)-1]
	group.Charts = append(group.Charts, one)
	c.Total++
	if !one.Hidden {
		group.Shown++
		c.Shown++
	}
}

// follows makes the page take in the charts of scalars that are new.
func (c compareChartsView) follows() templ.Attributes {
	if c.Topics == "" {
		return nil
	}
	return templ.Attributes{"data-live": c.Topics, "data-charts-of": "/compare"}
}
