package views

import (
	"net/http"
	"strings"

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
		return d.render(w, r, http.StatusOK, head{Section: "runs"}, nothingPage(d.options.Path))
	}
	if err != nil {
		return err
	}
	list, err := listRuns(r, p, state)
	if err != nil {
		return err
	}
	if list.all.Len() == 0 && strings.TrimSpace(state.Query) == "" {
		return d.render(w, r, http.StatusOK, head{Section: "runs"}, nothingPage(d.options.Path))
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Push-Url", list.state.URL())
	}
	return d.render(w, r, http.StatusOK, head{Section: "runs", Wide: true}, runsPageBody(list.view()))
}

// runsList is the runs of a page, before they are made fit for showing.
type runsList struct {
	state    runsState
	all      *recorder.Rows // of the project
	archived int            // those of them that are archived
	matching *recorder.Rows // that match, archived or not
	rows     *recorder.Rows // of all pages, in their order
	shown    *recorder.Rows // of this page
	pages    int
	running  int
	columns  []runsColumn
	facets   []runsFacet
}

// listRuns finds the runs of a state.
func listRuns(r *http.Request, p *recorder.Project, state runsState) (*runsList, error) {
	ctx := r.Context()
	all, err := p.Rows(ctx, "")
	if err != nil {
		return nil, err
	}
	l := &runsList{state: state, all: all, matching: all}
	if state.Query != "" {
		if l.matching, err = p.Rows(ctx, state.Query); err != nil {
			return nil, err
		}
	}
	l.rows = inPlace(l.matching, state)
	if l.rows, err = sortRuns(l.rows, state.Sort); err != nil {
		return nil, err
	}
	l.count()
	l.paginate()
	keys := state.Columns
	if len(keys) == 0 {
		keys = usualColumns(l.rows)
	}
	l.columns = columnsOf(l.rows, keys)
	order(l.columns, state)
	l.facets, err = l.findFacets(ctx, p)
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

// paginate finds the rows of the page; a page beyond the last one is the last.
func (l *runsList) paginate() {
	l.pages = max(1, (l.rows.Len()+l.state.Size-1)/l.state.Size)
	l.state.Page = min(l.state.Page, l.pages)
	from := (l.state.Page - 1) * l.state.Size
	l.shown = l.rows.Slice(from, min(from+l.state.Size, l.rows.Len()))
}
