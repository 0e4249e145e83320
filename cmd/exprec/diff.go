package main

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

func newDiff(a *app) *cobra.Command {
	markdown := false
	c := &cobra.Command{
		Use:   "diff A [B]",
		Short: "Say what changed from one run to another",
		Long: "Say what changed from run A to run B: parameters, results, scalars, packages, inputs,\n" +
			"environment, source. Without B: how the source of run A differs from the work tree now.\n" +
			"With --markdown it can be pasted into an issue or a pull request.",
		Example:     "exprec diff @~1 @",
		Args:        between(1, 2),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(p *recorder.Project, r *recorder.Run) error {
				var other *recorder.Run
				if len(args) > 1 {
					var err error
					if other, err = p.Run(c.Context(), args[1]); err != nil {
						return err
					}
					if other, err = a.whole(c.Context(), p, other); err != nil {
						return err
					}
				}
				if markdown {
					return a.diffMarkdown(c.Context(), p, r, other)
				}
				return a.diff(c.Context(), p, r, other)
			})
		},
	}
	c.Flags().BoolVar(&markdown, "markdown", false, "write Markdown")
	return c
}

// diff prints what differs; b is nil for the work tree. Parts that cannot be
// compared do not hide the others.
func (a *app) diff(ctx context.Context, p *recorder.Project, from, to *recorder.Run) error {
	d, err := p.Compare(ctx, from, to)
	if err != nil {
		return err
	}
	a.out.line(styled(red, "--- %s", sideLine(a.out, from)))
	a.out.line(styled(green, "+++ %s", sideLine(a.out, to)))
	if d.Same() {
		a.note("nothing differs")
	}
	a.diffChanges("Parameters", d.Params)
	a.diffResults("Results", d.Results)
	a.diffScalars(d.Scalars)
	a.diffChanges("Inputs", d.Inputs)
	a.diffChanges("Packages", d.Packages)
	a.diffChanges("Environment", d.Environment)
	a.diffSource(d.Source)
	return problems(d.Problems)
}

// problems makes one error of those of parts.
func problems(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	for _, err := range errs[1:] {
		errs[0] = fmt.Errorf("%w; %w", errs[0], err)
	}
	return errs[0]
}

func sideLine(s *screen, r *recorder.Run) string {
	if r == nil {
		return "the work tree"
	}
	words := fmt.Sprintf("%s  %s  %s", sanitizeLine(r.Label()), r.Short(), r.Status())
	if started := moment(s, r.Started()); started != "" {
		words += "  " + started
	}
	return words
}

func (a *app) diffChanges(title string, changes []recorder.Change) {
	if len(changes) == 0 {
		return
	}
	a.heading("%s", title)
	t := &table{columns: []column{{title: "NAME"}, {title: "FROM"}, {title: "TO"}}}
	for _, c := range changes {
		from, to := changeWords(c)
		t.add(text{words: c.Name}, text{red, from}, text{green, to})
	}
	t.print(a.out)
}

// changeWords shows both sides of a change, the missing one as a hyphen.
func changeWords(c recorder.Change) (from, to string) {
	from, to = changed(c.A), changed(c.B)
	switch c.Kind {
	case recorder.Added:
		from = "-"
	case recorder.Removed:
		to = "-"
	}
	return from, to
}

// changed shows a compared value on one line.
func changed(v any) string {
	switch v := v.(type) {
	case recorder.Input:
		return fmt.Sprintf("%s, %s, sha256 %.12s", v.Path, size(v.Size), v.SHA256)
	case []string:
		return commandLine(v)
	}
	return say.Param(v)
}

func (a *app) diffResults(title string, changes []recorder.ResultChange) {
	if len(changes) == 0 {
		return
	}
	a.heading("%s", title)
	t := &table{columns: []column{{title: "NAME"}, {title: "FROM", right: true}, {title: "TO", right: true}, {title: "CHANGE", right: true}}}
	for _, c := range changes {
		t.add(resultCells(c)...)
	}
	t.print(a.out)
}

// resultCells are name, both values, and the difference in the colour of what
// it means.
func resultCells(c recorder.ResultChange) []text {
	from, to, delta := text{words: number(c.A)}, text{words: number(c.B)}, text{}
	switch c.Kind {
	case recorder.Added:
		from.words = "-"
	case recorder.Removed:
		to.words = "-"
	default:
		delta.words = signed(c.B - c.A)
	}
	switch {
	case c.Better > 0:
		delta.style, delta.words = green, delta.words+" better"
	case c.Better < 0:
		delta.style, delta.words = red, delta.words+" worse"
	}
	return []text{{words: c.Name}, from, to, delta}
}

func signed(v float64) string {
	if v > 0 {
		return "+" + number(v)
	}
	return number(v)
}

func (a *app) diffScalars(changes []recorder.ScalarChange) {
	if len(changes) == 0 {
		return
	}
	a.heading("Scalars")
	t := &table{columns: []column{{title: "NAME"}, {title: "FROM", right: true}, {title: "TO", right: true}, {title: "CHANGE", right: true}, {title: "STEP", right: true}}}
	for _, c := range changes {
		t.add(append(resultCells(c.ResultChange), text{words: stepsCell(c)})...)
	}
	t.print(a.out)
}

// stepsCell says at which steps the values stand.
func stepsCell(c recorder.ScalarChange) string {
	switch {
	case c.Kind == recorder.Added || c.Kind == recorder.Changed && c.AStep == c.BStep:
		return fmt.Sprint(c.BStep)
	case c.Kind == recorder.Removed:
		return fmt.Sprint(c.AStep)
	}
	return fmt.Sprintf("%d, %d", c.AStep, c.BStep)
}

func (a *app) diffSource(s recorder.SourceChange) {
	if len(s.Files) == 0 {
		return
	}
	a.heading("Source")
	added, removed := 0, 0
	for _, f := range s.Files {
		a.out.line(fileLine(f)...)
		added, removed = added+f.Added, removed+f.Removed
	}
	if s.More > 0 {
		a.out.line(plain("  and %s more", count(s.More, "file")))
	}
	a.out.line(plain("  %s, %s added, %d removed", count(len(s.Files)+s.More, "file"), count(added, "line"), removed))
	for _, f := range s.Files {
		a.hunks(f)
	}
}

// fileLine says how a file differs.
func fileLine(f recorder.FileChange) []text {
	colour := map[recorder.Kind]style{recorder.Added: green, recorder.Removed: red}[f.Kind]
	words := sanitizeLine(f.Path)
	if f.From != "" {
		words = sanitizeLine(f.From) + " → " + words
	}
	line := []text{plain("  "), styled(colour, "%-8s", f.Kind), plain(" %s", words)}
	if f.Binary && f.Note == "" {
		line = append(line, plain(" (binary)"))
	}
	if f.A != f.B && f.A != 0 && f.B != 0 {
		line = append(line, plain(" (mode %s → %s)", f.A, f.B))
	}
	if f.Note != "" {
		line = append(line, styled(dimStyle, " (%s)", sanitizeLine(f.Note)))
	}
	return line
}

// hunks prints the changed lines of a file as a unified diff.
func (a *app) hunks(f recorder.FileChange) {
	if len(f.Hunks) == 0 {
		return
	}
	from := f.Path
	if f.From != "" {
		from = f.From
	}
	a.out.line(plain(""))
	a.out.line(styled(boldStyle, "--- %s", side("a", from, f.Kind == recorder.Added)))
	a.out.line(styled(boldStyle, "+++ %s", side("b", f.Path, f.Kind == recorder.Removed)))
	for _, h := range f.Hunks {
		for line := range strings.Lines(h.String()) {
			line = strings.TrimSuffix(line, "\n")
			a.out.line(text{lineStyle(line), line})
		}
	}
}

func side(letter, name string, absent bool) string {
	if absent {
		return "/dev/null"
	}
	return sanitizeLine(path.Join(letter, name))
}

func lineStyle(line string) style {
	switch {
	case strings.HasPrefix(line, "+"):
		return green
	case strings.HasPrefix(line, "-"):
		return red
	case strings.HasPrefix(line, "@@"):
		return cyan
	}
	return plainStyle
}
