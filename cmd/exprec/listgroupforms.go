package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
)

// groupJSON is a group in list --group KEY --json.
type groupJSON struct {
	Values  []any                 `json:"values"` // one a key
	Runs    int                   `json:"runs"`
	NotOK   int                   `json:"not_ok"`
	IDs     []string              `json:"ids"`
	Scalars map[string]figureJSON `json:"scalars"`
}

type figureJSON struct {
	Runs int           `json:"runs"`
	Mean export.Number `json:"mean"`
	Std  export.Number `json:"std"`
	Best *bestRun      `json:"best"`
}

type bestRun struct {
	Value export.Number `json:"value"`
	ID    string        `json:"id"`
}

// groupsJSON writes all scalars of the groups, not only the main ones.
func (a *app) groupsJSON(rows *recorder.Rows, o listOptions, groups []recorder.Group) error {
	_, scalars, results := rows.Names()
	names := slices.Concat(scalars, results)
	slices.Sort(names)
	names = slices.Compact(names)
	list := []groupJSON{}
	for _, g := range groups {
		j := groupJSON{Runs: g.Rows.Len(), NotOK: g.NotOK, IDs: []string{}, Scalars: map[string]figureJSON{}}
		for _, v := range g.Values {
			j.Values = append(j.Values, valueJSON(v))
		}
		for i := range g.Rows.Len() {
			j.IDs = append(j.IDs, g.Rows.At(i).ID())
		}
		for _, name := range names {
			f := g.Figure(rows.Scalar(name))
			if f.N == 0 {
				continue
			}
			figure := figureJSON{Runs: f.N, Mean: export.Number(f.Mean), Std: export.Number(f.Std)}
			if f.BestRun != "" {
				figure.Best = &bestRun{export.Number(f.Best), f.BestRun}
			}
			j.Scalars[name] = figure
		}
		if o.lines {
			if err := encode(a.out, j, ""); err != nil {
				return err
			}
			continue
		}
		list = append(list, j)
	}
	if o.lines {
		return nil
	}
	return encode(a.out, struct {
		Schema int         `json:"schema"`
		Keys   []string    `json:"keys"`
		Groups []groupJSON `json:"groups"`
	}{export.Schema, o.groupKeys(), list}, "  ")
}

// valueJSON is a value of any kind in JSON.
func valueJSON(v recorder.Value) any {
	switch v.Kind {
	case recorder.AbsentValue:
		return nil
	case recorder.NumberValue, recorder.DurationValue, recorder.SizeValue:
		return export.Number(v.Num)
	case recorder.FlagValue:
		return v.Num != 0
	case recorder.TimeValue:
		return export.MomentOf(v.When)
	}
	return export.Words(v)
}

// groupsCSV writes a line for each group.
func (a *app) groupsCSV(rows *recorder.Rows, o listOptions, groups []recorder.Group, names []string) error {
	w := csv.NewWriter(a.out)
	var line []string
	for _, key := range o.groupKeys() {
		line = append(line, csvText(key))
	}
	line = append(line, "runs", "not_ok")
	for _, name := range names {
		line = append(line, csvText(name+".mean"), csvText(name+".std"), csvText(name+".best"))
	}
	if err := w.Write(line); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	for _, g := range groups {
		line = nil
		for _, v := range g.Values {
			line = append(line, csvText(export.Words(v)))
		}
		line = append(line, strconv.Itoa(g.Rows.Len()), strconv.Itoa(g.NotOK))
		for _, name := range names {
			f := g.Figure(rows.Scalar(name))
			cells := []string{"", "", ""}
			if f.N > 0 {
				cells[0], cells[1] = export.NumberWords(f.Mean), export.NumberWords(f.Std)
			}
			if f.BestRun != "" {
				cells[2] = export.NumberWords(f.Best)
			}
			line = append(line, cells...)
		}
		if err := w.Write(line); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}
