package views

import (
	"bytes"
	"encoding/csv"
	"net/http"
)

// compareCSV is the table of differences as a file: a line a name, a column a
// run, values with all their digits. It has every run and every row that the
// state of the page shows, without the page's bounds.
func (d *Dashboard) compareCSV(w http.ResponseWriter, r *http.Request) error {
	state, err := compareStateOf(r.URL.Query())
	if err != nil {
		return err
	}
	p, err := d.project(r.Context())
	if err != nil {
		return err
	}
	found, err := findCompared(r.Context(), p, &state)
	if err != nil {
		return err
	}
	if len(found.runs) == 0 {
		return notFound("None of these runs is there.")
	}
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	names := []string{"kind", "name"}
	for _, run := range found.runs {
		names = append(names, short(run.Address())+" "+visible(run.Label()))
	}
	_ = out.Write(names) // to memory: it cannot fail
	rows, _ := compareRunRows(found.runs)
	if len(found.runs) == 1 {
		state.All = true
	}
	equal := 0
	for _, row := range chosenRows(rows, state, &equal) {
		line := []string{row.Kind, row.Name}
		for _, cell := range row.Cells {
			line = append(line, cell.Full)
		}
		_ = out.Write(line)
	}
	out.Flush()
	w.Header().Set("Content-Disposition", `attachment; filename="compare.csv"`)
	return send(w, http.StatusOK, "text/csv; charset=utf-8", file.Bytes())
}
