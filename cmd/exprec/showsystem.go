package main

import (
	"bytes"
	"context"
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

// showSystem prints what the program and its machine used.
func (a *app) showSystem(r *recorder.Run) error {
	figures, err := r.System()
	if len(figures) == 0 {
		return err
	}
	a.heading("System")
	for _, f := range figures {
		words := say.System(f.Name, f.Max) + " at most"
		if f.Count > 1 {
			words += ", " + say.System(f.Name, f.Last) + " in the end"
		}
		a.pair(strings.TrimPrefix(f.Name, "system/"), words)
	}
	return err
}

func (a *app) showEnvironment(info *recorder.Info) {
	if len(info.Environment) == 0 {
		return
	}
	a.heading("Environment")
	for _, v := range info.Environment {
		a.pair(v.Name, say.Param(v.Value))
	}
}

// printedOutput is how much a program printed.
type printedOutput struct {
	size, cut int64 // bytes printed, and of them not kept
	kept      int64 // bytes there are to read
	lines     int   // negative where they were not counted
}

// countedBytes is of how much output the lines are counted.
const countedBytes = 16 << 20

func outputOf(r *recorder.Run) (printedOutput, error) {
	var o printedOutput
	for _, stream := range []string{"stdout", "stderr"} {
		text, err := r.Output(stream)
		if err != nil {
			return o, err
		}
		o.size, o.cut, o.kept = o.size+text.Size, o.cut+text.Cut, o.kept+text.Length
	}
	return o, nil
}

// count counts the lines, where that takes no time that anybody would notice.
func (o *printedOutput) count(r *recorder.Run) error {
	o.lines = -1
	if o.cut > 0 || o.kept > countedBytes {
		return nil
	}
	o.lines = 0
	ended := map[string]bool{"stdout": true, "stderr": true}
	err := r.Printed(0, func(piece recorder.Piece) error {
		o.lines += bytes.Count(piece.Text, []byte("\n"))
		ended[piece.Stream] = piece.Text[len(piece.Text)-1] == '\n'
		return nil
	})
	for _, whole := range ended {
		if !whole {
			o.lines++
		}
	}
	return err
}

// showOutput says how much the program printed, and where that is to be had.
func (a *app) showOutput(r *recorder.Run) error {
	if of := r.Info().OutputOf; of != "" {
		a.field("output", "with that of %s, a run of the same process: exprec output %s", short(of), short(of))
	}
	o, err := outputOf(r)
	if err != nil || o.size == 0 {
		return err
	}
	err = o.count(r)
	words := size(o.size)
	if o.lines >= 0 {
		words += ", " + count(o.lines, "line")
	}
	if o.cut > 0 {
		words += ", " + size(o.cut) + " of them left out"
	}
	a.field("output", "%s: exprec output %s", words, r.Short())
	return err
}

// continuations are the runs that go on from a run, the first one first. A list
// of runs that cannot be read is no reason not to show the one that can.
func continuations(ctx context.Context, p *recorder.Project, r *recorder.Run) []recorder.Row {
	rows, err := p.Rows(ctx, "")
	if err != nil {
		return nil
	}
	var later []recorder.Row
	for i := range rows.Len() {
		if row := rows.At(rows.Len() - 1 - i); row.Continues() == r.ID() {
			later = append(later, row)
		}
	}
	return later
}
