package views

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
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
		same := before.withQuery(s.Query).URL() == s.onPage(1).URL()
		typing := before.Query != "" && (strings.HasPrefix(s.Query, before.Query) || strings.HasPrefix(before.Query, s.Query) && s.Query != "")
		if err == nil && (before.URL() == s.URL() || same && typing) {
			header = "HX-Replace-Url"
		}
	}
	w.Header().Set(header, s.URL())
}

// runsList is the runs of a page, before they are made fit for showing.
type runsList struct {
	state    runsState
	all      *recorder.Rows    // of the project
	archived int               // those of them that are archived
	matching *recorder.Rows    // that match, archived or not
	rows     *recorder.Rows    // of all pages, in their order
	shown    *recorder.Rows    // of this page
	spreads  []recorder.Spread // of the parameters in which they differ
	groups   []recorder.Group
	pages    int
	running  int
	fresh    int // matching runs that began since the page was made
	columns  []runsColumn
	facets   []runsFacet
	panel    *columnChoice // where columns are being chosen
	notes    runsNotes
	typed    string // a query that cannot be understood
	sparks   *sparks
	views    []savedView
	done     *runsDone // just now
	doneName string
}

// listRuns finds the runs of a state.
func (d *Dashboard) listRuns(r *http.Request, p *recorder.Project, state runsState) (*runsList, error) {
	ctx := r.Context()
	all, err := p.Rows(ctx, "")
	if err != nil {
		return nil, err
	}
	l := &runsList{state: state, all: all, matching: all, sparks: &d.sparks}
	if state.Query != "" {
		if l.matching, err = all.Match(state.Query); err != nil {
			return nil, err
		}
	}
	l.rows = inPlace(l.matching, state)
	l.spreads = l.rows.Spreads()
	if l.rows, err = sortRuns(l.rows, state.Sort); err != nil {
		return nil, err
	}
	l.count()
	l.groupRows()
	l.paginate()
	l.chooseColumns()
	if err := l.findNotes(); err != nil {
		return nil, err
	}
	l.facets, err = l.findFacets()
	if err == nil {
		err = ctx.Err()
	}
	return l, err
}

// inPlace keeps the archived runs in the archive, and the others out of it, but
// where the query itself asks for them.
func inPlace(rows *recorder.Rows, state runsState) *recorder.Rows {
	if rows.AsksFor("archived") {
		return rows
	}
	return rows.Archived(state.Archive)
}

// sortRuns sorts by several keys, the first one first. A key that no run has
// changes nothing.
func sortRuns(rows *recorder.Rows, by []runsSort) (*recorder.Rows, error) {
	for i := len(by) - 1; i >= 0; i-- {
		column, err := rows.Column(by[i].Key)
		if err != nil {
			continue
		}
		rows = rows.Sort(column, by[i].Descending)
	}
	return rows, nil
}

// chooseColumns makes the columns: those of the URL, else those that the runs
// need.
func (l *runsList) chooseColumns() {
	keys := l.state.Columns
	if len(keys) == 0 {
		keys = usualColumns(l.rows, l.spreads)
	}
	if l.state.add != "" && !slices.Contains(keys, l.state.add) {
		if _, ok := columnOf(l.rows, l.state.add); ok {
			keys = append(slices.Clone(keys), l.state.add)
			l.state.Columns = keys
		} else {
			l.notes.Unknown = append(l.notes.Unknown, unknownKey{Key: l.state.add})
		}
	}
	l.columns = columnsOf(l.rows, keys)
	order(l.columns, l.state)
	if l.state.Panel == "columns" {
		l.panel = l.choice(keys)
	}
}

// count counts the archived runs of the project, and those of the list that go
// on.
func (l *runsList) count() {
	l.archived = l.all.Archived(true).Len()
	status, err := l.rows.Column("status")
	if err != nil {
		return
	}
	for _, c := range l.rows.Tally(status, maxFacetValues).Counts {
		if c.Value.Text == string(recorder.Running) {
			l.running = c.Rows
		}
	}
}

// paginate finds the rows of the page; a page beyond the last one is the last. A
// page that is on a screen keeps its rows, in their order: what is new is counted
// and not pushed under somebody's pointer.
func (l *runsList) paginate() {
	l.pages = max(1, (l.rows.Len()+l.state.Size-1)/l.state.Size)
	l.state.Page = min(l.state.Page, l.pages)
	if len(l.state.rows) > 0 {
		l.shown = l.all.Pick(l.state.rows)
		l.fresh = l.rows.StartedAfter(l.state.since).Len()
		return
	}
	l.state.since = time.Now()
	from := (l.state.Page - 1) * l.state.Size
	l.shown = l.rows.Slice(from, min(from+l.state.Size, l.rows.Len()))
}
