package views

import (
	"fmt"

	"github.com/exprec/exprec/recorder"
)

// diffRows are the lines of hunks, at most so many, and how many are left out.
func diffRows(hunks []recorder.Hunk, limit int, words *wordBudget) (rows []diffRow, hidden int) {
	before := 0 // lines of the old side that are behind
	for _, h := range hunks {
		if len(rows)+len(h.Lines) > limit && len(rows) > 0 || limit <= 0 {
			hidden += len(h.Lines)
			continue
		}
		start := h.AStart
		if h.ALines > 0 {
			start--
		}
		if start > before {
			rows = append(rows, diffRow{Class: "gap", Spans: []diffSpan{{Text: count(start-before, "unchanged line")}}})
		}
		shown := hunkRows(h, words)
		if cut := len(rows) + len(shown) - limit; cut > 0 {
			hidden += cut
			shown = shown[:max(0, len(shown)-cut)]
		}
		rows = append(rows, shown...)
		before = start + h.ALines
	}
	return rows, hidden
}

// hunkRows are the lines of a hunk, with the words that changed marked.
func hunkRows(h recorder.Hunk, words *wordBudget) []diffRow {
	h = withoutReturns(h)
	rows := make([]diffRow, len(h.Lines))
	a, b := h.AStart, h.BStart
	for i, l := range h.Lines {
		row := diffRow{Sign: string(l.Op), NoFeed: l.Open, Spans: []diffSpan{{Text: lineShown(l.Text)}}}
		if l.Op != '+' {
			row.A = a
			a++
		}
		if l.Op != '-' {
			row.B = b
			b++
		}
		switch l.Op {
		case '+':
			row.Class = "add"
		case '-':
			row.Class, row.Sign = "del", "−"
		}
		rows[i] = row
	}
	for i := 0; i < len(rows); {
		dels, adds := runOf(rows[i:], "del"), 0
		if adds = runOf(rows[i+dels:], "add"); dels == 0 || adds == 0 {
			i += max(dels+adds, 1)
			continue
		}
		for n := range min(dels, adds) {
			words.mark(&rows[i+n], &rows[i+dels+n], h.Lines[i+n].Text, h.Lines[i+dels+n].Text)
		}
		i += dels + adds
	}
	return rows
}

// runOf counts the rows of a class at the beginning.
func runOf(rows []diffRow, class string) int {
	n := 0
	for n < len(rows) && rows[n].Class == class {
		n++
	}
	return n
}

// lineShown is a line as the page shows it.
func lineShown(s string) string {
	s, left := shortened(s, diffLineShown)
	s = visible(s)
	if left > 0 {
		s += fmt.Sprintf(" … %s more", size(int64(left)))
	}
	return s
}

// sideBySide puts lines into two columns.
func sideBySide(rows []diffRow) []diffPair {
	var pairs []diffPair
	for i := 0; i < len(rows); {
		switch rows[i].Class {
		case "gap":
			pairs = append(pairs, diffPair{Gap: rows[i].Spans[0].Text})
			i++
		case "":
			pairs = append(pairs, diffPair{Left: &rows[i], Right: &rows[i]})
			i++
		default:
			dels := runOf(rows[i:], "del")
			adds := runOf(rows[i+dels:], "add")
			for n := range max(dels, adds) {
				var p diffPair
				if n < dels {
					p.Left = &rows[i+n]
				}
				if n < adds {
					p.Right = &rows[i+dels+n]
				}
				pairs = append(pairs, p)
			}
			i += dels + adds
		}
	}
	return pairs
}
