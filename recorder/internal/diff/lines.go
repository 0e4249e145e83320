package diff

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Line is one line of a hunk.
type Line struct {
	Op   byte   // ' ' in both, '-' in the old text only, '+' in the new one only
	Text string // without its line feed
	Open bool   // the text ends here without a line feed
}

// Hunk is a changed place with the lines around it. Starts count from 1; a
// start is the line before the hunk where the hunk has no lines on that side,
// as in the unified format.
type Hunk struct {
	AStart, ALines int
	BStart, BLines int
	Lines          []Line
}

// Header is the hunk's first line in the unified format.
func (h Hunk) Header() string {
	return fmt.Sprintf("@@ -%s +%s @@", span(h.AStart, h.ALines), span(h.BStart, h.BLines))
}

func span(start, lines int) string {
	if lines == 1 {
		return fmt.Sprint(start)
	}
	return fmt.Sprintf("%d,%d", start, lines)
}

// String is the hunk in the unified format.
func (h Hunk) String() string {
	var b strings.Builder
	b.WriteString(h.Header() + "\n")
	for _, l := range h.Lines {
		b.WriteByte(l.Op)
		b.WriteString(l.Text + "\n")
		if l.Open {
			b.WriteString("\\ No newline at end of file\n")
		}
	}
	return b.String()
}

const (
	contextLines = 3      // equal lines shown around a change
	maxLines     = 50_000 // of one text; longer texts are not compared by lines
	sniffed      = 8000   // bytes looked at for a zero byte, as git does
)

// Binary reports whether data is no text to compare by lines.
func Binary(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), sniffed)], 0) >= 0
}

// Lines compares two texts by lines. Where the work takes longer than limit
// the result is still right, with larger hunks than need be. It reports false
// for texts with too many lines.
func Lines(a, b []byte, limit time.Duration) ([]Hunk, bool) {
	if bytes.Count(a, []byte{'\n'}) >= maxLines || bytes.Count(b, []byte{'\n'}) >= maxLines {
		return nil, false
	}
	old, new := split(a), split(b)
	known := map[string]rune{}
	oldRunes, newRunes := intern(known, old), intern(known, new)
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = limit
	script := edits(dmp.DiffMainRunes(oldRunes, newRunes, false), old, new)
	return hunks(script), true
}

// split cuts a text into lines that keep their line feeds, so that a last line
// without one differs from one with it.
func split(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	lines := strings.SplitAfter(string(text), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// intern gives equal lines equal runes. Surrogates are no runes of a string
// and are passed over.
func intern(known map[string]rune, lines []string) []rune {
	runes := make([]rune, len(lines))
	for i, line := range lines {
		r, ok := known[line]
		if !ok {
			r = rune(len(known) + 1)
			if r >= 0xd800 {
				r += 0x800
			}
			known[line] = r
		}
		runes[i] = r
	}
	return runes
}

// edits turns runs of runes back into lines.
func edits(diffs []diffmatchpatch.Diff, old, new []string) []Line {
	script := make([]Line, 0, len(old)+len(new))
	for _, d := range diffs {
		for range utf8.RuneCountInString(d.Text) {
			switch d.Type {
			case diffmatchpatch.DiffEqual:
				script = append(script, line(' ', old[0]))
				old, new = old[1:], new[1:]
			case diffmatchpatch.DiffDelete:
				script = append(script, line('-', old[0]))
				old = old[1:]
			case diffmatchpatch.DiffInsert:
				script = append(script, line('+', new[0]))
				new = new[1:]
			}
		}
	}
	return script
}

func line(op byte, text string) Line {
	cut, ended := strings.CutSuffix(text, "\n")
	return Line{Op: op, Text: cut, Open: !ended}
}

// hunks keeps the changed places of a script with some lines around them.
func hunks(script []Line) []Hunk {
	var found []Hunk
	a, b := 0, 0 // lines before script[i]
	for i := 0; i < len(script); {
		if script[i].Op == ' ' {
			a, b, i = a+1, b+1, i+1
			continue
		}
		start, end := max(i-contextLines, 0), hunkEnd(script, i)
		h := Hunk{AStart: a - (i - start), BStart: b - (i - start), Lines: script[start:end]}
		h.count()
		a, b = h.AStart+h.ALines, h.BStart+h.BLines
		if h.ALines > 0 {
			h.AStart++
		}
		if h.BLines > 0 {
			h.BStart++
		}
		found = append(found, h)
		i = end
	}
	return found
}

// hunkEnd is where the hunk of the change at i ends: changes with no more than
// twice the context between them share one.
func hunkEnd(script []Line, i int) int {
	last := i
	for at := i; at < len(script) && at-last <= 2*contextLines+1; at++ {
		if script[at].Op != ' ' {
			last = at
		}
	}
	return min(last+1+contextLines, len(script))
}

func (h *Hunk) count() {
	for _, l := range h.Lines {
		if l.Op != '+' {
			h.ALines++
		}
		if l.Op != '-' {
			h.BLines++
		}
	}
}
