package views

import (
	"net/http"

	"github.com/exprec/exprec/recorder"
)

// runsPage lists the runs.
func (d *Dashboard) runsPage(w http.ResponseWriter, r *http.Request) error {
	p, err := d.project(r.Context())
	if nothingYet(err) {
		return d.render(w, r, http.StatusOK, head{Section: "runs"}, nothingPage(d.options.Path))
	}
	if err != nil {
		return err
	}
	rows, err := p.Rows(r.Context(), r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	if rows.Len() == 0 {
		return d.render(w, r, http.StatusOK, head{Section: "runs"}, nothingPage(d.options.Path))
	}
	return d.render(w, r, http.StatusOK, head{Section: "runs"}, runsTable(rowsOf(rows)))
}

func rowsOf(rows *recorder.Rows) []recorder.Row {
	all := make([]recorder.Row, rows.Len())
	for i := range all {
		all[i] = rows.At(i)
	}
	return all
}
