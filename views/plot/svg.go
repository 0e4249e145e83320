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

// path appends the d attribute of a line through the picked points, broken at
// those that have no place.
func (m *markup) path(p Points, picked []int, x, y scale) {
	m.raw(` d="`)
	open, alone := false, false
	var beforeX, beforeY float64
	for _, i := range picked {
		if !x.shows(p.X[i]) || !y.shows(p.Y[i]) {
			if alone {
				m.raw("h0") // a dot, by the line's round ends
			}
			open, alone = false, false
			continue
		}
		atX, atY := tenths(x.at(p.X[i])), tenths(y.length-y.at(p.Y[i]))
		switch {
		case !open:
			m.raw("M")
		case atX == beforeX && atY == beforeY:
			continue
		default:
			m.raw("L")
		}
		m.coordinate(atX)
		m.raw(" ")
		m.coordinate(atY)
		beforeX, beforeY, alone, open = atX, atY, !open, true
	}
	if alone {
		m.raw("h0")
	}
	m.raw(`"`)
}

// tenths rounds to what is written, so that equal places are seen as such.
func tenths(value float64) float64 {
	if value < 0 {
		return float64(int64(value*10-0.5)) / 10
	}
	return float64(int64(value*10+0.5)) / 10
}
