package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newScalars(a *app) *cobra.Command {
	var asCSV bool
	c := &cobra.Command{
		Use:   "scalars RUN [NAME…]",
		Short: "List a run's scalars, or the points of some",
		Long: "List a run's scalars, or the points of those that are named. With --csv: lines of\n" +
			"step,time,value where one is named, else of name,step,time,value; the time in seconds\n" +
			"since the run's start; names that a spreadsheet would calculate begin with '.",
		Example:     "exprec scalars @ val/loss --csv > loss.csv",
		Args:        between(1, -1),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(_ *recorder.Project, r *recorder.Run) error {
				return a.scalars(r, args[1:], asCSV)
			})
		},
	}
	c.Flags().BoolVar(&asCSV, "csv", false, "points as comma-separated values")
	return c
}

func (a *app) scalars(r *recorder.Run, names []string, asCSV bool) error {
	if len(names) == 0 {
		summaries, err := allScalars(r)
		if err != nil {
			return err
		}
		if !asCSV {
			if len(summaries) == 0 {
				a.note("the run %s has no scalars", r.Short())
				return nil
			}
			scalarTable(r, summaries).print(a.out)
			return nil
		}
		for _, s := range summaries {
			names = append(names, s.Name)
		}
		return a.pointsCSV(r, names, true)
	}
	if asCSV {
		return a.pointsCSV(r, names, len(names) > 1)
	}
	for i, name := range names {
		if i > 0 {
			a.out.line()
		}
		if err := a.points(r, name, len(names) > 1); err != nil {
			return err
		}
	}
	return nil
}

// allScalars are a run's own scalars, then those that the recorder logs itself.
func allScalars(r *recorder.Run) ([]recorder.ScalarSummary, error) {
	own, err := r.Scalars()
	if err != nil {
		return nil, err
	}
	system, err := r.System()
	return append(own, system...), err
}

// scalarTable makes the table of scalars with what is best of each in colour.
func scalarTable(r *recorder.Run, summaries []recorder.ScalarSummary) *table {
	t := &table{columns: []column{
		{title: "SCALAR"}, {title: "POINTS", right: true}, {title: "LAST", right: true}, {title: "STEP", right: true},
		{title: "MIN", right: true}, {title: "AT", right: true}, {title: "MAX", right: true}, {title: "AT", right: true},
	}}
	for _, s := range summaries {
		least, most := text{words: number(s.Min)}, text{words: number(s.Max)}
		switch r.Goal(s.Name) {
		case recorder.Minimize:
			least.style = green
		case recorder.Maximize:
			most.style = green
		}
		t.add(text{words: s.Name}, plain("%d", s.Count), text{words: number(s.Last)}, plain("%d", s.LastStep),
			least, plain("%d", s.MinStep), most, plain("%d", s.MaxStep))
	}
	return t
}

// points prints the points of a scalar as they were logged.
func (a *app) points(r *recorder.Run, name string, titled bool) error {
	series, err := r.Series(name)
	if err != nil {
		return err
	}
	if titled {
		a.out.line(styled(boldStyle, "%s", sanitizeLine(name)))
	}
	a.out.line(styled(boldStyle, "%12s  %12s  %s", "STEP", "TIME", "VALUE"))
	for i := range series.Steps {
		a.out.line(plain("%12d  %12s  %s", series.Steps[i], duration(series.Times[i].Seconds()), exact(series.Values[i])))
		if a.out.err != nil {
			return nil // settle says so
		}
	}
	return nil
}

func (a *app) pointsCSV(r *recorder.Run, names []string, named bool) error {
	w := csv.NewWriter(a.out)
	header := []string{"step", "time", "value"}
	if named {
		header = append([]string{"name"}, header...)
	}
	w.Write(header)
	for _, name := range names {
		series, err := r.Series(name)
		if err != nil {
			return err
		}
		for i := range series.Steps {
			record := []string{strconv.FormatInt(series.Steps[i], 10), seconds(series.Times[i]), exact(series.Values[i])}
			if named {
				record = append([]string{spreadsheetSafe(name)}, record...)
			}
			if w.Write(record) != nil {
				return nil // settle says so
			}
		}
	}
	w.Flush()
	return nil
}

// exact shows a value so that reading it gives the same value.
func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func seconds(t time.Duration) string {
	return strconv.FormatFloat(t.Seconds(), 'f', -1, 64)
}

// spreadsheetSafe keeps a spreadsheet from taking a name for a formula.
func spreadsheetSafe(name string) string {
	name = sanitizeLine(name)
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return fmt.Sprintf("'%s", name)
	}
	return name
}
