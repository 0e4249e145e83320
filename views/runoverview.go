package views

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// runOverview is the first page of a run.
func (d *Dashboard) runOverview(w http.ResponseWriter, r *http.Request) error {
	return d.runTab(w, r, "", func(_ context.Context, _ *recorder.Project, run *recorder.Run) (templ.Component, error) {
		params, err := run.Params()
		if err != nil {
			return nil, err
		}
		return overviewPage(flatten(params)), nil
	})
}

// A fact is a name and what belongs to it.
type fact struct{ Name, Value string }
