package plot

import "math"

// Sparkline draws values as a small line without axes, width × height pixels,
// as an SVG element of the class "sparkline" and the one given. It is in the
// colour of the text around it. Values that are not finite are gaps.
func Sparkline(y []float64, width, height int, class string) string {
	width, height = max(width, 1), max(height, 1)
	const room = 1.5 // for half the width of the line
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i)
	}
	lo, hi := Range(y, false)
	across := newScale(0, float64(max(len(y)-1, 1)), false, float64(width)-2*room, 0)
	up := newScale(lo, hi, false, float64(height)-2*room, 0)
	p := Points{X: x, Y: y}

	var m markup
	m.raw(`<svg`)
	m.attribute("class", joined("sparkline", class))
	m.frame(width, height)
	m.raw(` aria-hidden="true">`)
	if !math.IsNaN(lo) {
		m.strokes(p, Downsample(p, math.NaN(), math.NaN(), 2*width), across, up, ` transform="translate(1.5 1.5)"`)
	}
	m.raw(`</svg>`)
	return string(m)
}

// frame appends the size of an SVG element.
func (m *markup) frame(width, height int) {
	m.number("width", float64(width))
	m.number("height", float64(height))
	m.raw(` viewBox="0 0 `)
	m.coordinate(float64(width))
	m.raw(" ")
	m.coordinate(float64(height))
	m.raw(`"`)
}

// joined is two class names, of which the second may be missing.
func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + " " + b
}
