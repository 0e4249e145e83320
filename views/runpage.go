package views

import (
	"context"
	"errors"
	"net/http"
	"strings"

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
// The head follows the run's status and notes while the page is open. A tab's own
// regions follow what they show, see [liveRegion].
func (d *Dashboard) runTab(w http.ResponseWriter, r *http.Request, tab string, body func(context.Context, *recorder.Project, *recorder.Run) (templ.Component, error)) error {
	return d.runPage(w, r, tab, func(ctx context.Context, p *recorder.Project, v *runView) (templ.Component, error) {
		return body(ctx, p, v.run)
	})
}

// A runBody gives the content of a tab that needs more than the run itself.
type runBody func(context.Context, *recorder.Project, *runView) (templ.Component, error)

// runPage is runTab for a body that asks what the head of the page knows.
func (d *Dashboard) runPage(w http.ResponseWriter, r *http.Request, tab string, body runBody) error {
	p, run, err := d.run(r)
	if err != nil {
		return d.noSuchRun(w, r, err)
	}
	if run.Purged() {
		return d.render(w, r, http.StatusGone, head{Title: "Purged run", Section: "runs"}, purgedPage(run.ID()))
	}
	v := newRunView(r.Context(), p, run, tab)
	v.Form, v.Query, v.Region = formOf(run, r.FormValue("edit")), r.URL.Query(), regionOf(r)
	if err := v.choosePrevious(r.Context(), p, r.FormValue("prev")); err != nil {
		return err
	}
	return d.showRun(w, r, http.StatusOK, p, v, body)
}

// showRun renders a page of a run. Where all of the content cannot be read, that is
// said below what can.
func (d *Dashboard) showRun(w http.ResponseWriter, r *http.Request, status int, p *recorder.Project, v *runView, body runBody) error {
	d.countUncommitted(r.Context(), p, v)
	content, err := templ.Component(templ.NopComponent), error(nil)
	if v.Region != "run-head" && v.Region != "run-tabs" {
		content, err = body(r.Context(), p, v)
	}
	if errors.Is(err, recorder.ErrLight) {
		content, err = templ.NopComponent, nil // the frame says where it is
	}
	if errors.Is(err, recorder.ErrDamaged) || errors.Is(err, recorder.ErrNewer) {
		status, content = faultOf(err).status, unreadable(sentence(err.Error()))
	} else if err != nil {
		return err
	}
	return d.render(w, r, status, head{Title: v.title(), Section: "runs"}, runFrame(v, content))
}

// countUncommitted says how many lines the source has that its commit has not.
// Where that cannot be told the head says only that there are some.
func (d *Dashboard) countUncommitted(ctx context.Context, p *recorder.Project, v *runView) {
	if !v.Dirty {
		return
	}
	changes, err := d.compared(ctx, p, v.run, "commit", nil)
	if err != nil {
		return
	}
	for _, f := range changes.Files {
		v.Added, v.Removed = v.Added+f.Added, v.Removed+f.Removed
	}
}

// runURL is a page of a run: its overview, or one of its tabs.
func runURL(id, tab string) string {
	url := "/runs/" + short(id)
	if tab != "" {
		url += "/" + tab
	}
	return url
}

// liveRegion makes an element follow kinds of changes of a run: status, scalars,
// output, images, files or notes. The element needs an id; it is morphed into the
// one of that id on the page at url. Nothing of a run that has ended changes but
// its notes.
func liveRegion(run *recorder.Run, kind, id, url string) templ.Attributes {
	if run.Status() != recorder.Running {
		if !strings.Contains(kind, "notes") {
			return nil
		}
		kind = "notes"
	}
	return templ.Attributes{
		"data-live":  "run/" + run.ID() + "/" + kind,
		"hx-trigger": "exprec:changed throttle:1s",
		"hx-get":     url,
		"hx-select":  "#" + id,
		"hx-swap":    "outerMorph",
	}
}
