package views

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
)

// exportedRuns are the runs of a state, all pages of them, in their order.
func (d *Dashboard) exportedRuns(r *http.Request) (runsState, *recorder.Rows, error) {
	state, err := runsStateOf(r.URL.Query())
	if err != nil {
		return state, nil, err
	}
	p, err := d.project(r.Context())
	if err != nil {
		return state, nil, err
	}
	matching, err := p.Rows(r.Context(), state.Query)
	if err != nil {
		return state, nil, err
	}
	rows, err := sortRuns(inPlace(matching, state), state.Sort)
	return state, rows, err
}

// runsJSON gives the runs of the list as exprec list --json does.
func (d *Dashboard) runsJSON(w http.ResponseWriter, r *http.Request) error {
	_, rows, err := d.exportedRuns(r)
	if err != nil {
		return err
	}
	list := export.List{Schema: export.Schema, Runs: make([]*export.Run, 0, rows.Len())}
	for i := range rows.Len() {
		if err := r.Context().Err(); err != nil {
			return err
		}
		list.Runs = append(list.Runs, export.OfRow(rows.At(i)))
	}
	data, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write the runs as JSON: %w", err)
	}
	return send(w, http.StatusOK, "application/json", data)
}

// runsCSV gives the runs of the list as exprec list --csv does: with the columns
// of the URL where it names some, else with everything.
func (d *Dashboard) runsCSV(w http.ResponseWriter, r *http.Request) error {
	state, rows, err := d.exportedRuns(r)
	if err != nil {
		return err
	}
	var keys []string
	for _, key := range state.Columns {
		if _, err := rows.Column(key); err == nil && !strings.HasPrefix(key, sparkKey) {
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 {
		keys = append([]string{"id", "label"}, keys...)
	}
	var file bytes.Buffer
	if err := export.CSV(r.Context(), &file, rows, keys, nil); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="runs.csv"`)
	return send(w, http.StatusOK, "text/csv; charset=utf-8", file.Bytes())
}
