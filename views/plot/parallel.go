package plot

import (
	"strconv"
	"unicode/utf8"
)

// An Axis is one of the upright axes of a Parallel.
type Axis struct {
	Title      string
	Log        bool
	Categories []string // names instead of numbers: the value n is the n-th, from below
}

// A Thread is a line across all axes of a Parallel.
type Thread struct {
	Values []float64 // by axis; NaN and infinities have no place
	Class  string
	Title  string
	Faint  bool // one of the many in the background
}

// Parallel draws threads across parallel axes as SVG.
type Parallel struct {
	Width, Height int // pixels
	Axes          []Axis
	Threads       []Thread
	Title         string
}

const (
	parallelTop    = 2*rowHeight + 6 // for the titles and the upper ends
	parallelBottom = rowHeight + 6
	parallelSide   = 56.0 // beside the outer axes, for half of what stands above them
)

// SVG draws the threads, the faint ones below: an element of the class "plot",
// in which what is faint has the class "plot-others". A thread has a gap where
// it has no place on an axis. Colours come from outside.
func (p Parallel) SVG() string {
	width, height := max(p.Width, 200), max(p.Height, 120)
	scales := p.scales(float64(height) - parallelTop - parallelBottom)
	var m markup
	m.raw(`<svg`)
	m.attribute("class", "plot")
	m.frame(width, height)
	m.raw(` role="img"`)
	m.attribute("aria-label", p.label())
	m.raw(` font-size="11" fill="currentColor">`)
	places := make([]float64, len(p.Axes))
	for i := range places {
		places[i] = parallelSide
		if n := len(p.Axes) - 1; n > 0 {
			places[i] += (float64(width) - 2*parallelSide) * float64(i) / float64(n)
		}
	}
	p.background(&m, scales, places)
	for i, axis := range p.Axes {
		axis.draw(&m, scales[i], places[i], p.values(i), p.room(float64(width)))
	}
	p.foreground(&m, scales, places)
	m.raw(`</svg>`)
	return string(m)
}

func (p Parallel) label() string {
	title := p.Title
	if title == "" {
		title = "parallel coordinates"
	}
	return title + ": " + strconv.Itoa(len(p.Threads)) + " lines across " + strconv.Itoa(len(p.Axes)) + " axes"
}

// room is how many characters there are for the title of an axis.
func (p Parallel) room(width float64) int {
	return max(4, int((width-2*parallelSide)/float64(max(len(p.Axes)-1, 1))/digitWidth)-1)
}

// scales puts the values of each axis on its length.
func (p Parallel) scales(length float64) []scale {
	scales := make([]scale, len(p.Axes))
	for i, axis := range p.Axes {
		if n := len(axis.Categories); n > 0 {
			scales[i] = newScale(0, float64(n-1), false, length, 0)
			continue
		}
		lo, hi := Range(p.values(i), axis.Log)
		scales[i] = newScale(lo, hi, axis.Log, length, 0)
	}
	return scales
}

// values are what the threads have on an axis.
func (p Parallel) values(axis int) []float64 {
	values := make([]float64, len(p.Threads))
	for i, thread := range p.Threads {
		values[i] = thread.Values[axis]
	}
	return values
}

// background draws the faint threads, all in one path.
func (p Parallel) background(m *markup, scales []scale, places []float64) {
	m.raw(`<path class="plot-others" fill="none" stroke="currentColor" stroke-width="1" stroke-opacity="0.25" d="`)
	for _, thread := range p.Threads {
		if thread.Faint {
			m.raw(string(p.path(thread, scales, places)))
		}
	}
	m.raw(`"/>`)
}

func (p Parallel) foreground(m *markup, scales []scale, places []float64) {
	for _, thread := range p.Threads {
		if thread.Faint {
			continue
		}
		m.raw(`<g`)
		m.attribute("class", thread.Class)
		m.raw(`><title>`)
		m.text(thread.Title)
		m.raw(`</title><path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" d="`)
		m.raw(string(p.path(thread, scales, places)))
		m.raw(`"/></g>`)
	}
}

// path is a thread as a path; a value alone between gaps is a dot.
func (p Parallel) path(thread Thread, scales []scale, places []float64) markup {
	var path markup
	run := 0 // values since the last gap
	end := func() {
		if run == 1 {
			path.raw("h0")
		}
		run = 0
	}
	for i, value := range thread.Values[:len(p.Axes)] {
		if !scales[i].shows(value) {
			end()
			continue
		}
		path.raw(map[bool]string{true: "M", false: "L"}[run == 0])
		path.coordinate(places[i])
		path.raw(" ")
		path.coordinate(parallelTop + scales[i].length - scales[i].at(value))
		run++
	}
	end()
	return path
}

// draw draws an axis with its title above, and what its ends, or its categories,
// are called.
func (a Axis) draw(m *markup, s scale, at float64, values []float64, room int) {
	bottom := parallelTop + s.length
	m.raw(`<g class="plot-axis"><title>`)
	m.text(a.Title)
	m.raw(`</title><line`)
	m.number("x1", at)
	m.number("y1", parallelTop)
	m.number("x2", at)
	m.number("y2", bottom)
	m.raw(` stroke="currentColor" stroke-opacity="0.6"/>`)
	title := a.Title
	if a.Log {
		title += " (log)"
	}
	m.raw(`<g class="plot-title" font-weight="600">`)
	label(m, at, rowHeight-4, "middle", cut(title, room))
	m.raw(`</g>`)
	if n := len(a.Categories); n > 0 {
		a.categories(m, s, at, room)
	} else {
		a.ends(m, s, at, values)
	}
	m.raw(`</g>`)
}

// ends names the least and the greatest value, or the only one.
func (a Axis) ends(m *markup, s scale, at float64, values []float64) {
	lo, hi := Range(values, a.Log)
	switch {
	case lo == hi:
		label(m, at+5, parallelTop+s.length-s.at(lo)-4, "start", Short(lo))
	case lo < hi:
		label(m, at, 2*rowHeight-2, "middle", Short(hi))
		label(m, at, parallelTop+s.length+rowHeight-2, "middle", Short(lo))
	}
}

// categories names the categories beside the axis, as many as there is room for.
func (a Axis) categories(m *markup, s scale, at float64, room int) {
	stride := 1
	for float64(len(a.Categories)/stride)*rowHeight > s.length+rowHeight {
		stride++
	}
	for i := 0; i < len(a.Categories); i += stride {
		label(m, at+5, parallelTop+s.length-s.at(float64(i))+4, "start", cut(a.Categories[i], room-1))
	}
}

// cut shortens a text to so many characters.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:max(most-1, 0)]) + "…"
}
