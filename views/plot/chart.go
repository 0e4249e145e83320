package plot

import (
	"math"
	"strconv"
)

// A Line is one line of a chart.
type Line struct {
	Points Points
	Class  string // of the SVG group: its colour is the text colour there
	Title  string // said where the pointer rests, and to a screen reader
	Faint  bool   // as the raw values behind a smoothed line
}

// A Chart draws lines with their axes as SVG.
type Chart struct {
	Width, Height int // pixels
	Lines         []Line
	LogX, LogY    bool
	From, To      float64 // the range of x shown; NaN, or both 0: all of it
	Low, High     float64 // the range of y shown; NaN, or both 0: that of the lines
	Title, XLabel string
}

// SVG draws the chart: an element of the class "plot", with axes, lines thinned
// out for its width, and marks at the lowest and highest value of a chart of one
// line (it may be behind a smoothed one), whose first, last, lowest and highest
// value it names. Values that have
// no place are gaps. Without any value it says so. Colours come from outside:
// everything is in the colour of the text around it.
func (c Chart) SVG() string {
	d := c.layout()
	var m markup
	m.raw(`<svg`)
	m.attribute("class", "plot")
	m.frame(d.width, d.height)
	m.raw(` role="img"`)
	m.attribute("aria-label", d.label())
	m.raw(` font-size="11" fill="currentColor">`)
	if c.Title != "" {
		m.raw(`<title>`)
		m.text(c.Title)
		m.raw(`</title>`)
	}
	d.axes(&m)
	d.lines(&m)
	d.caption(&m)
	m.raw(`</svg>`)
	return string(m)
}

// label is what a screen reader says for the picture.
func (d drawing) label() string {
	title := d.Title
	if title == "" {
		title = "chart"
	}
	if d.said != "" {
		return title + ": " + d.said
	}
	return title + ": " + strconv.Itoa(len(d.Lines)) + " lines"
}

// drawing is a chart with its measures.
type drawing struct {
	Chart
	width, height int
	left, top     float64 // of the field of the lines
	x, y          scale
	xTicks        []Tick
	yTicks        []Tick
	only          *summary // of the part of the only line that is shown
	said          string   // about the only line, or that nothing is shown
}

const (
	digitWidth = 6.4  // pixels of a digit, about
	rowHeight  = 16.0 // pixels of a row of text
)

func (c Chart) layout() drawing {
	d := drawing{Chart: c, width: max(c.Width, 120), height: max(c.Height, 80)}
	from, to := c.rangeX()
	low, high := c.rangeY(from, to)
	below := rowHeight + 4
	if c.XLabel != "" {
		below += rowHeight
	}
	told, one := c.told()
	d.top = 8
	if one || !(low <= high) {
		d.top = rowHeight + 4
	}
	up := float64(d.height) - d.top - below
	pad := 0.05
	if chosen(c.Low, c.High) {
		pad = 0
	}
	d.y = newScale(low, high, c.LogY, up, pad)
	d.yTicks = Ticks(d.y.lo, d.y.hi, max(2, int(up/36)), c.LogY)
	longest := 0
	for _, tick := range d.yTicks {
		longest = max(longest, len([]rune(tick.Label)))
	}
	d.left = min(float64(longest)*digitWidth+10, float64(d.width)/2)
	across := float64(d.width) - d.left - 12
	d.x = newScale(from, to, c.LogX, across, 0)
	d.xTicks = Ticks(d.x.lo, d.x.hi, max(2, int(across/80)), c.LogX)
	switch {
	case !(low <= high):
		d.said = "no values to show"
	case one:
		p := told.Points
		first, end := within(p, d.x.lo, d.x.hi)
		if d.only = summaryOf(Points{p.X[first:end], p.Y[first:end]}, c.LogX, c.LogY); d.only != nil {
			d.said = d.only.text()
		}
	}
	return d
}

// told is the line whose values the chart tells, where it is of one only: the
// faint one of the raw values, where the other is smoothed.
func (c Chart) told() (Line, bool) {
	if len(c.Lines) == 1 || len(c.Lines) == 2 && c.Lines[0].Faint && !c.Lines[1].Faint {
		return c.Lines[0], true
	}
	return Line{}, false
}

// rangeX is the range of x to show, lo > hi where there is none.
func (c Chart) rangeX() (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, line := range c.Lines {
		from, to = valueRange(from, to, line.Points.X, c.LogX)
	}
	if chosen(c.From, c.To) {
		from, to = bounds(c.From, c.To, from, to, c.LogX)
	}
	return from, to
}

// rangeY is the range of y to show of the points from…to.
func (c Chart) rangeY(from, to float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, line := range c.Lines {
		first, end := within(line.Points, from, to)
		low, high = valueRange(low, high, line.Points.Y[first:end], c.LogY)
	}
	if chosen(c.Low, c.High) && low <= high {
		low, high = bounds(c.Low, c.High, low, high, c.LogY)
	}
	return low, high
}

// chosen says whether a range was asked for.
func chosen(lo, hi float64) bool { return lo != 0 || hi != 0 }

// bounds is the range asked for, with the range of the data for what was not,
// or has no place on the axis.
func bounds(lo, hi, dataLo, dataHi float64, log bool) (float64, float64) {
	if finite(lo) && (!log || lo > 0) {
		dataLo = lo
	}
	if finite(hi) && (!log || hi > 0) {
		dataHi = hi
	}
	return dataLo, dataHi
}
