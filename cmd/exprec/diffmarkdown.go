package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// diffMarkdown writes what diff prints as Markdown, with the source as a block
// of its own.
func (a *app) diffMarkdown(ctx context.Context, p *recorder.Project, from, to *recorder.Run) error {
	d, err := p.Compare(ctx, from, to)
	if err != nil {
		return err
	}
	m := &markdown{out: a.out}
	m.line("### %s → %s", markdownText(markdownSide(from)), markdownText(markdownSide(to)))
	if d.Same() {
		m.line("\nNothing differs.")
	}
	m.changes("Parameters", d.Params)
	m.results("Results", d.Results)
	scalars := make([]recorder.ResultChange, len(d.Scalars))
	for i, s := range d.Scalars {
		scalars[i] = s.ResultChange
	}
	m.results("Scalars", scalars)
	m.changes("Inputs", d.Inputs)
	m.changes("Packages", d.Packages)
	m.changes("Environment", d.Environment)
	m.source(a, d.Source)
	return problems(d.Problems)
}

func markdownSide(r *recorder.Run) string {
	if r == nil {
		return "the work tree"
	}
	return fmt.Sprintf("%s (%s, %s)", r.Label(), r.Short(), r.Status())
}

// markdown writes sections of tables.
type markdown struct{ out *screen }

func (m *markdown) line(format string, args ...any) {
	m.out.line(plain(format, args...))
}

// table begins a section.
func (m *markdown) table(title string, columns ...string) {
	m.line("\n#### %s\n", title)
	m.line("| %s |", strings.Join(columns, " | "))
	m.line("|%s", strings.Repeat(" --- |", len(columns)))
}

func (m *markdown) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = markdownText(cell)
	}
	m.line("| %s |", strings.Join(cells, " | "))
}

func (m *markdown) changes(title string, changes []recorder.Change) {
	if len(changes) == 0 {
		return
	}
	m.table(title, "name", "from", "to")
	for _, c := range changes {
		from, to := changeWords(c)
		m.row(c.Name, from, to)
	}
}

func (m *markdown) results(title string, changes []recorder.ResultChange) {
	if len(changes) == 0 {
		return
	}
	m.table(title, "name", "from", "to", "change")
	for _, c := range changes {
		cells := resultCells(c)
		words := make([]string, len(cells))
		for i, cell := range cells {
			words[i] = cell.words
		}
		m.row(words...)
	}
}

// source writes the changed files and their lines in a block that no line of
// theirs can end.
func (m *markdown) source(a *app, s recorder.SourceChange) {
	if len(s.Files) == 0 {
		return
	}
	m.line("\n#### Source\n")
	fence := strings.Repeat("`", fenceLength(s))
	m.line("%sdiff", fence)
	for _, f := range s.Files {
		if len(f.Hunks) == 0 {
			m.line("# %s %s", f.Kind, sanitizeLine(f.Path))
			continue
		}
		a.hunks(f)
	}
	if s.More > 0 {
		m.line("# and %s more", count(s.More, "file"))
	}
	m.line("%s", fence)
}

// fenceLength is one more than the longest row of backquotes in the source, and
// three at least.
func fenceLength(s recorder.SourceChange) int {
	longest := 2
	for _, f := range s.Files {
		for _, h := range f.Hunks {
			row := 0
			for _, c := range h.String() {
				if c != '`' {
					row = 0
					continue
				}
				row++
				longest = max(longest, row)
			}
		}
	}
	return longest + 1
}

// markdownText makes text stand for itself in a cell of a table.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range sanitizeLine(s) {
		if strings.ContainsRune("\\`*_{}[]<>()#|~&!@$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
