package views

import (
	"bufio"
	"encoding/csv"
	"errors"
	"net/http"
	"strconv"

	"github.com/exprec/exprec/recorder"
)

// chartCSV answers with all points of a scalar as they were logged: step, time in
// seconds since the run's start, value. Of several runs the first column says
// which.
func (d *Dashboard) chartCSV(w http.ResponseWriter, r *http.Request) error {
	name, err := chartName(r)
	if err != nil {
		return err
	}
	lines, err := d.chartLines(r)
	if err != nil {
		return err
	}
	var all []*recorder.Series
	var runs []*recorder.Run
	for _, l := range lines {
		s, err := l.Run.Series(name)
		if errors.Is(err, recorder.ErrNoScalar) && len(lines) > 1 {
			continue
		}
		if err != nil {
			return err
		}
		all, runs = append(all, s), append(runs, l.Run)
	}
	if len(all) == 0 {
		return noScalar(name, lines)
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+fileName(name)+`.csv"`)
	h.Set("Cache-Control", "no-store")
	buffered := bufio.NewWriterSize(w, 1<<16)
	out := csv.NewWriter(buffered)
	writeSeries(out, runs, all, len(lines) > 1)
	out.Flush()
	_ = buffered.Flush() // a reader that has gone is no error
	return nil
}

// writeSeries writes a head and a line a point. What cannot be written is left to
// the reader, who has gone.
func writeSeries(out *csv.Writer, runs []*recorder.Run, all []*recorder.Series, named bool) {
	record := []string{"run", "step", "time", "value"}
	if !named {
		record = record[1:]
	}
	_ = out.Write(record)
	at := len(record) - 3
	for n, s := range all {
		if named {
			record[0] = runs[n].ID()
		}
		for i := range s.Values {
			record[at] = strconv.FormatInt(s.Steps[i], 10)
			record[at+1] = strconv.FormatFloat(s.Times[i].Seconds(), 'f', -1, 64)
			record[at+2] = strconv.FormatFloat(s.Values[i], 'g', -1, 64)
			if out.Write(record) != nil {
				return
			}
		}
	}
}

// fileName makes a name that any system takes for a file, out of any text.
func fileName(text string) string {
	const longest = 80
	name := []byte{}
	for _, c := range []byte(text) {
		plain := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.'
		switch {
		case plain:
			name = append(name, c)
		case len(name) > 0 && name[len(name)-1] != '-':
			name = append(name, '-')
		}
	}
	if len(name) == 0 || name[0] == '.' {
		name = append([]byte("scalar"), name...)
	}
	return string(name[:min(len(name), longest)])
}
