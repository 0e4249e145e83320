package views

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// runTab answers with a tab of the run that the request's {run} means: what all
// tabs have above, and below it what body gives. The tab is one of [runTabs].
//
// A run that is deleted or purged, or a beginning of an id that means none or
// several, is a page of its own, and body is not asked. A run that is damaged or
// written by a newer exprec is shown with a message above; body shows what can be
// read and gives an error only where nothing can be shown.
//
// The whole page is live while the run goes on: head and tabs follow its status.
// A tab's own regions are live by their own data-live, see [liveRegion].
func (d *Dashboard) runTab(w http.ResponseWriter, r *http.Request, tab string, body func(context.Context, *recorder.Project, *recorder.Run) (templ.Component, error)) error {
	p, run, err := d.run(r)
	if err != nil {
		return err
	}
	content, err := body(r.Context(), p, run)
	if err != nil {
		return err
	}
	v := newRunView(r.Context(), p, run, tab)
	return d.render(w, r, http.StatusOK, head{Title: v.title(), Section: "runs"}, runFrame(v, content))
}

// runURL is a page of a run: its overview, or one of its tabs.
func runURL(id, tab string) string {
	url := "/runs/" + short(id)
	if tab != "" {
		url += "/" + tab
	}
	return url
}

// liveRegion makes an element follow a kind of change of a run that goes on:
// status, scalars, output, images, files or notes. The element needs an id; it is
// morphed into the one of that id on the page at url. Of a run that has ended
// nothing is left to follow but the notes.
func liveRegion(run *recorder.Run, kind, id, url string) templ.Attributes {
	if run.Status() != recorder.Running && kind != "notes" {
		return nil
	}
	return templ.Attributes{
		"data-live":  "run/" + run.ID() + "/" + kind,
		"hx-trigger": "exprec:changed",
		"hx-get":     url,
		"hx-select":  "#" + id,
		"hx-swap":    "outerMorph",
	}
}
