package plot

import (
	"html"
	"strconv"
	"strings"
)

// markup builds SVG. Text and attribute values are escaped, numbers have at
// most two decimals; there is no style attribute.
type markup []byte

// raw appends markup of our own.
func (m *markup) raw(text string) { *m = append(*m, text...) }

// text appends text from outside. Characters that XML has no place for, escaped
// or not, become the mark of a character that is missing.
func (m *markup) text(text string) {
	*m = append(*m, html.EscapeString(strings.Map(allowed, text))...)
}

func allowed(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
		return '\ufffd'
	}
	return r
}

// attribute appends an attribute with a text from outside.
func (m *markup) attribute(name, value string) {
	m.raw(" " + name + `="`)
	m.text(value)
	m.raw(`"`)
}

// number appends an attribute with a number.
func (m *markup) number(name string, value float64) {
	m.raw(" " + name + `="`)
	m.coordinate(value)
	m.raw(`"`)
}

func (m *markup) coordinate(value float64) {
	at := len(*m)
	*m = strconv.AppendFloat(*m, value, 'f', 1, 64)
	if n := len(*m); n-at > 2 && (*m)[n-1] == '0' {
		*m = (*m)[:n-2]
	}
}

// strokes appends a line through the picked points, broken at those that have no
// place. A point without neighbours becomes a dot, so that it is seen.
func (m *markup) strokes(p Points, picked []int, x, y scale, attributes string) {
	lines, dots := segments(p, picked, x, y)
	for _, part := range []struct {
		d     markup
		width string
	}{{lines, "1.5"}, {dots, "4"}} {
		if len(part.d) > 0 {
			m.raw(`<path fill="none" stroke="currentColor" stroke-width="` + part.width + `" stroke-linejoin="round" stroke-linecap="round"` + attributes + ` d="`)
			m.raw(string(part.d))
			m.raw(`"/>`)
		}
	}
}

// segments are the picked points as paths: those with a neighbour, and those
// without.
func segments(p Points, picked []int, x, y scale) (lines, dots markup) {
	open, begun := false, 0 // where the part of lines begins that is one point yet
	var beforeX, beforeY float64
	end := func() {
		if open && begun >= 0 {
			dots = append(append(dots, lines[begun:]...), "h0"...)
			lines = lines[:begun]
		}
		open = false
	}
	for _, i := range picked {
		if !x.shows(p.X[i]) || !y.shows(p.Y[i]) {
			end()
			continue
		}
		atX, atY := tenths(x.at(p.X[i])), tenths(y.length-y.at(p.Y[i]))
		switch {
		case !open:
			begun = len(lines)
			lines.raw("M")
		case atX == beforeX && atY == beforeY:
			continue
		default:
			begun = -1
			lines.raw("L")
		}
		lines.coordinate(atX)
		lines.raw(" ")
		lines.coordinate(atY)
		beforeX, beforeY, open = atX, atY, true
	}
	end()
	return lines, dots
}

// tenths rounds to what is written, so that equal places are seen as such.
func tenths(value float64) float64 {
	if value < 0 {
		return float64(int64(value*10-0.5)) / 10
	}
	return float64(int64(value*10+0.5)) / 10
}
