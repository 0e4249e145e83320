package plot

import "sort"

// axes draws the grid and the labels of both axes.
func (d drawing) axes(m *markup) {
	m.raw(`<g class="plot-axis">`)
	bottom := d.top + d.y.length
	for _, tick := range d.yTicks {
		at := bottom - d.y.at(tick.At)
		d.rule(m, d.left, at, d.left+d.x.length, at)
		label(m, d.left-6, at+4, "end", tick.Label)
	}
	edge := 0.0 // where the label before ended
	for _, tick := range d.xTicks {
		at := d.left + d.x.at(tick.At)
		d.rule(m, at, d.top, at, bottom)
		half := float64(len([]rune(tick.Label))) * digitWidth / 2
		middle := min(at, float64(d.width)-half)
		if middle-half < edge {
			continue
		}
		edge = middle + half + 4
		label(m, middle, bottom+rowHeight-2, "middle", tick.Label)
	}
	if d.XLabel != "" {
		label(m, d.left+d.x.length/2, float64(d.height)-4, "middle", d.XLabel)
	}
	m.raw(`</g>`)
}

// rule draws a line of the grid.
func (d drawing) rule(m *markup, x1, y1, x2, y2 float64) {
	m.raw(`<line`)
	m.number("x1", x1)
	m.number("y1", y1)
	m.number("x2", x2)
	m.number("y2", y2)
	m.raw(` stroke="currentColor" stroke-opacity="0.15"/>`)
}

func label(m *markup, x, y float64, anchor, text string) {
	m.raw(`<text`)
	m.number("x", x)
	m.number("y", y)
	m.attribute("text-anchor", anchor)
	m.raw(`>`)
	m.text(text)
	m.raw(`</text>`)
}

// lines draws the lines in a field of their own, which clips them.
func (d drawing) lines(m *markup) {
	m.raw(`<svg class="plot-lines"`)
	m.number("x", d.left)
	m.number("y", d.top)
	m.number("width", d.x.length)
	m.number("height", d.y.length)
	m.raw(` overflow="hidden">`)
	for _, line := range d.Lines {
		d.line(m, line)
	}
	if d.only != nil {
		d.marks(m, *d.only, d.Lines[0].Class)
	}
	m.raw(`</svg>`)
}

func (d drawing) line(m *markup, line Line) {
	m.raw(`<g`)
	if line.Class != "" {
		m.attribute("class", line.Class)
	}
	m.raw(`>`)
	if line.Title != "" {
		m.raw(`<title>`)
		m.text(line.Title)
		m.raw(`</title>`)
	}
	attributes := ""
	if line.Faint {
		attributes = ` stroke-opacity="0.28"`
	}
	m.strokes(line.Points, d.pick(line.Points), d.x, d.y, attributes)
	m.raw(`</g>`)
}

// marks puts a dot at the lowest and the highest value of the only line.
func (d drawing) marks(m *markup, s summary, class string) {
	m.raw(`<g`)
	m.attribute("class", class)
	m.raw(`>`)
	for _, i := range []int{s.low, s.high} {
		m.raw(`<circle`)
		m.number("cx", d.x.at(s.p.X[i]))
		m.number("cy", d.y.length-d.y.at(s.p.Y[i]))
		m.raw(` r="2.5"/>`)
	}
	m.raw(`</g>`)
}

// pick thins out a line. Many lines share a budget: beyond a few of them nobody
// sees single pixels, but everybody waits for megabytes.
func (d drawing) pick(p Points) []int {
	columns := int(d.x.length)
	if many := len(d.Lines); many > 4 {
		columns = max(columns*4/many, 64)
	}
	if !d.LogX {
		return Downsample(p, d.x.lo, d.x.hi, columns)
	}
	logarithmic, hidden := LogX(p)
	lo, _ := LogX(Points{X: []float64{d.x.lo, d.x.hi}, Y: []float64{0, 0}})
	picked := Downsample(logarithmic, lo.X[0], lo.X[1], columns)
	for n := range picked {
		picked[n] += hidden
	}
	return picked
}

// caption is the row above the lines: what the only line's values are, or that
// there are none.
func (d drawing) caption(m *markup) {
	if d.said != "" {
		m.raw(`<g class="plot-caption">`)
		label(m, d.left, rowHeight-4, "start", d.said)
		m.raw(`</g>`)
	}
}

// summary is what is said of a line: the indices of its first, last, lowest and
// highest value that has a place.
type summary struct {
	p                      Points
	first, last, low, high int
}

// summaryOf is nil where no value has a place.
func summaryOf(p Points, logX, logY bool) *summary {
	s := summary{p: p, first: -1}
	x, y := scale{log: logX}, scale{log: logY}
	for i, value := range p.Y {
		if !x.shows(p.X[i]) || !y.shows(value) {
			continue
		}
		if s.first < 0 {
			s.first, s.low, s.high = i, i, i
		}
		s.last = i
		if value < p.Y[s.low] {
			s.low = i
		}
		if value > p.Y[s.high] {
			s.high = i
		}
	}
	if s.first < 0 {
		return nil
	}
	return &s
}

func (s summary) text() string {
	y := s.p.Y
	return "first " + Short(y[s.first]) + " · last " + Short(y[s.last]) +
		" · min " + Short(y[s.low]) + " · max " + Short(y[s.high])
}

// within is the range of indices of the points from…to.
func within(p Points, from, to float64) (first, end int) {
	first = sort.SearchFloat64s(p.X, from)
	end = sort.Search(len(p.X), func(i int) bool { return p.X[i] > to })
	return first, max(first, end)
}
