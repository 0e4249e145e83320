package views

import (
	"net/http"
	"net/url"
	"strings"
)

// runsPage lists the runs.
func (d *Dashboard) runsPage(w http.ResponseWriter, r *http.Request) error {
	state, err := runsStateOf(r.URL.Query())
	if err != nil {
		return err
	}
	p, err := d.project(r.Context())
	if nothingYet(err) {
		return d.render(w, r, http.StatusOK, head{Section: "runs", List: true}, nothingPage(d.options.Path))
	}
	if err != nil {
		return err
	}
	views, opens, err := savedViews(r.Context(), p, state)
	if err != nil {
		return err
	}
	if opens != nil && r.URL.RawQuery == "" {
		http.Redirect(w, r, opens.URL(), http.StatusSeeOther)
		return nil
	}
	state.opens = opens != nil
	status := http.StatusOK
	list, err := d.listRuns(r, p, state)
	if wrong := queryErrorOf(err); wrong != nil {
		if isHTMX(r) { // the last good answer stays
			w.Header().Set("HX-Retarget", "#runs-notes")
			w.Header().Set("HX-Reselect", "#runs-notes")
			return part(r.Context(), w, runsNotesView(runsNotes{Error: wrong}))
		}
		status = http.StatusBadRequest
		list, err = d.listRuns(r, p, state.withQuery(""))
		if err == nil {
			list.notes.Error, list.typed = wrong, state.Query
		}
	}
	if err != nil {
		return err
	}
	if list.all.Len() == 0 && strings.TrimSpace(state.Query) == "" {
		return d.render(w, r, http.StatusOK, head{Section: "runs", List: true}, nothingPage(d.options.Path))
	}
	list.views = views
	if name := r.URL.Query().Get("done"); name != "" {
		list.done, list.doneName = d.done.get(name), name
	}
	if isHTMX(r) && len(state.rows) == 0 {
		keepURL(w, r, list.state)
	}
	return d.render(w, r, status, head{Section: "runs", Wide: true, List: true}, runsPageBody(list.view()))
}

func isHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") != "" }

// keepURL tells the browser the page's URL. A query that goes on from the one
// that was shown replaces it: the way back leads past every letter.
func keepURL(w http.ResponseWriter, r *http.Request, s runsState) {
	header := "HX-Push-Url"
	if shown, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
		before, err := runsStateOf(shown.Query())
		before.opens = s.opens
		same := before.withQuery(s.Query).URL() == s.onPage(1).URL()
		typing := before.Query != "" && (strings.HasPrefix(s.Query, before.Query) || strings.HasPrefix(before.Query, s.Query) && s.Query != "")
		if err == nil && (before.URL() == s.URL() || same && typing) {
			header = "HX-Replace-Url"
		}
	}
	w.Header().Set(header, s.URL())
}
