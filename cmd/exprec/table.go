package main

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

const (
	columnGap   = 2  // spaces between two columns
	columnLeast = 8  // a column is not cut below this width
	cellMost    = 60 // nor made wider than this; longer cells of a pipe stick out
)

// A table is rows of cells under titles.
type table struct {
	columns []column
	rows    [][]text
}

// A column says how its cells stand.
type column struct {
	title string
	right bool // numbers stand right
	fixed bool // never cut: ids, statuses
}

func (t *table) add(cells ...text) { t.rows = append(t.rows, cells) }

// print writes the table, cut to the width of a terminal and whole into a pipe.
// It returns the titles of the columns for which there was no room.
func (t *table) print(s *screen) (hidden []string) {
	widths := t.natural()
	shown := len(widths)
	if s.width > 0 {
		shown = fit(widths, t.columns, s.width)
	}
	header := make([]text, len(t.columns))
	for i, c := range t.columns {
		header[i] = text{boldStyle, c.title}
	}
	t.row(s, header, widths[:shown])
	for _, row := range t.rows {
		t.row(s, row, widths[:shown])
	}
	for _, c := range t.columns[shown:] {
		hidden = append(hidden, c.title)
	}
	return hidden
}

// natural gives the widths that the cells would like to have.
func (t *table) natural() []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = displayWidth(sanitizeLine(c.title))
		for _, row := range t.rows {
			widths[i] = max(widths[i], displayWidth(sanitizeLine(row[i].words)))
		}
		if !c.fixed {
			widths[i] = min(widths[i], cellMost)
		}
	}
	return widths
}

// fit makes columns narrower, the widest first, until they fit. Where that is
// not enough it leaves out the last ones; it returns how many are shown.
func fit(widths []int, columns []column, width int) (shown int) {
	shown = len(widths)
	for total(widths[:shown]) > width {
		widest := -1
		for i, w := range widths[:shown] {
			if !columns[i].fixed && w > columnLeast && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		switch {
		case widest >= 0:
			widths[widest]--
		case shown > 1:
			shown--
		default:
			widths[0] = width
		}
	}
	return shown
}

func total(widths []int) int {
	sum := columnGap * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return sum
}

// row writes one line, up to its last cell that says something.
func (t *table) row(s *screen, cells []text, widths []int) {
	end := len(widths)
	for end > 0 && cells[end-1].words == "" {
		end--
	}
	for i, width := range widths[:end] {
		words := sanitizeLine(cells[i].words)
		if s.width > 0 {
			words = shorten(words, width)
		}
		padding := strings.Repeat(" ", max(0, width-displayWidth(words)))
		if t.columns[i].right {
			s.print(plain("%s", padding))
		}
		s.print(text{cells[i].style, words})
		if i < end-1 {
			if !t.columns[i].right {
				s.print(plain("%s", padding))
			}
			s.print(plain("%*s", columnGap, ""))
		}
	}
	s.raw([]byte("\n"))
}

// shorten cuts harmless text to a width and marks that it did.
func shorten(s string, width int) string {
	if displayWidth(s) <= width {
		return s
	}
	used := 0
	for i, r := range s {
		w := displayWidth(string(r))
		if used+w > width-1 {
			return s[:i] + "…"
		}
		used += w
	}
	return s
}

// displayWidth counts the terminal's columns that harmless text takes.
func displayWidth(s string) int {
	if ascii(s) {
		return len(s)
	}
	// Not the package's default, which asks the environment.
	condition := runewidth.Condition{StrictEmojiNeutral: true}
	return condition.StringWidth(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
