package views

import (
	"cmp"
	"errors"
	"hash/fnv"
	"math"
	"net/url"
	"strconv"
	"time"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/plot"
)

// chart is one scalar of one or several runs, ready to be shown by [chartView].
//
// A page embeds charts so:
//
//	state, err := chartStateOf(r.URL.Query())                  // from the page's own URL
//	c := d.chart("train/loss", []chartLine{chartLineOf(run)}, state)
//
//	@chartTools(chartToolsView{URL: …, State: state})          // once a page; may be left out
//	<div class="charts">
//		@chartView(c)
//	</div>
//
// The SVG of the server is what readers without script see. charts.js draws the
// chart anew, larger data and all, when it comes into view; it takes the state
// from the page's URL and follows the live changes of the runs by itself. A
// region that is morphed may hold charts: they are left alone as long as their
// name and runs stay. Of many charts only the first need an SVG: [chartLater]
// makes the others, which read no points.
type chart struct {
	ID     string
	Name   string
	Lines  []chartLine
	State  chartState
	SVG    string   // empty: it comes from SVGURL, when somebody looks
	Last   string   // the last value, of a chart of one line
	Exact  string   // the same with all digits
	Notes  []string // what a reader should know of the points
	Hidden bool     // the filter of the page leaves it out

	SVGURL, CSVURL string
}

// How large the server draws charts, in pixels; pages scale them.
const (
	chartWidth  = 460
	chartHeight = 220
)

// chart reads and draws a scalar of runs. Runs that have no scalar of that name
// have no line; what cannot be read is said in a note.
func (d *Dashboard) chart(name string, lines []chartLine, s chartState) chart {
	c := chartLater(name, lines, s)
	drawn, facts, err := d.draw(name, lines, s)
	if err != nil {
		c.Notes = append(c.Notes, sentence(err.Error()))
	}
	c.Notes = append(c.Notes, notesOf(facts)...)
	if oneRun(lines) && len(facts) > 0 && facts[0].Line == 0 && facts[0].HasLast {
		c.Last, c.Exact = number(facts[0].Last), exact(facts[0].Last)
	}
	drawn.Width, drawn.Height = chartWidth, chartHeight
	c.SVG = drawn.SVG()
	return c
}

// chartLater is a chart that the server draws only for who asks.
func chartLater(name string, lines []chartLine, s chartState) chart {
	c := chart{ID: chartID(name, lines), Name: name, Lines: lines, State: s, Hidden: !s.shows(name)}
	if len(lines) == 0 {
		return c
	}
	q := s.query()
	q.Del("only")
	q.Set("name", name)
	for _, l := range lines[1:] {
		q.Add("with", l.Run.Address())
	}
	base := "/runs/" + lines[0].Run.Address()
	c.SVGURL = base + "/chart.svg?" + q.Encode()
	only := url.Values{"name": {name}}
	if with := q["with"]; with != nil {
		only["with"] = with
	}
	c.CSVURL = base + "/points.csv?" + only.Encode()
	return c
}

// chartID is an id for the element of a chart: the same for the same name and
// runs, on every page.
func chartID(name string, lines []chartLine) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(name))
	for _, l := range lines {
		_, _ = sum.Write([]byte("\x00" + l.Run.Address()))
	}
	return "chart-" + strconv.FormatUint(sum.Sum64(), 36)
}

// draw makes the server's chart. The error is that of the last line that could
// not be read; the others are drawn.
func (d *Dashboard) draw(name string, lines []chartLine, s chartState) (c plot.Chart, facts []lineFacts, err error) {
	c = plot.Chart{Title: name, LogX: s.LogX, LogY: s.LogY}
	shape := lineShape{X: s.X, LogX: s.LogX, LogY: s.LogY}
	q := pointsQuery{shape: shape, from: math.NaN(), to: math.NaN(), columns: chartWidth, smooth: s.Smooth}
	if s.Zoom != nil {
		q.from, q.to = s.Zoom.From, s.Zoom.To
		c.From, c.To = q.from, q.to
	}
	low, high := math.Inf(1), math.Inf(-1)
	for n, l := range lines {
		data, readErr := d.line(l.Run, name, shape)
		if readErr != nil {
			if !errors.Is(readErr, recorder.ErrNoScalar) {
				err = readErr
			}
			continue
		}
		said := data.facts
		said.Line = n
		facts = append(facts, said)
		c.Lines = append(c.Lines, data.drawn(q, l)...)
		if lo, hi := data.within(); s.Outliers && lo <= hi {
			low, high = min(low, lo), max(high, hi)
		}
	}
	if low <= high {
		c.Low, c.High = low, high
	}
	c.XLabel = axisLabel(&c, s.X)
	return c, facts, err
}

// drawn is what is drawn of a line: the smoothed one above the raw one.
func (l *lineData) drawn(q pointsQuery, line chartLine) []plot.Line {
	picked, _ := l.pick(q)
	raw := plot.Line{Class: line.Colour, Title: line.Label,
		Points: plot.Points{X: plot.Pick(l.points.X, picked), Y: plot.Pick(l.points.Y, picked)}}
	if q.smooth <= 1 {
		return []plot.Line{raw}
	}
	raw.Faint = true
	smooth := raw
	smooth.Faint = false
	smooth.Points.Y = plot.Pick(l.smoothed(q.smooth).Points().Y, picked)
	return []plot.Line{raw, smooth}
}

// axisLabel says what the x-axis shows. Times of day become seconds since the
// first point: nobody reads seconds since 1970.
func axisLabel(c *plot.Chart, x string) string {
	switch x {
	case byTime:
		return "seconds since the start"
	case byWall:
		first := math.Inf(1)
		for _, l := range c.Lines {
			if len(l.Points.X) > 0 {
				first = min(first, l.Points.X[0])
			}
		}
		if math.IsInf(first, 0) || c.LogX {
			return "seconds since 1970"
		}
		if c.From != 0 || c.To != 0 {
			c.From, c.To = c.From-first, c.To-first
		}
		for n, l := range c.Lines {
			x := make([]float64, len(l.Points.X))
			for i, at := range l.Points.X {
				x[i] = at - first
			}
			c.Lines[n].Points.X = x
		}
		return "seconds since " + iso(time.UnixMilli(int64(first*1000)))
	}
	return ""
}

// notesOf joins what is to be said of several lines.
func notesOf(facts []lineFacts) []string {
	var all lineFacts
	for _, f := range facts {
		all.Away = cmp.Or(all.Away, f.Away)
		all.NaN += f.NaN
		all.Inf += f.Inf
		all.Below += f.Below
		all.Left += f.Left
		all.Moved += f.Moved
		all.Replaced = all.Replaced || f.Replaced
	}
	return all.notes()
}
