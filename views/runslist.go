package views

import (
	"net/http"
	"slices"
	"time"

	"github.com/exprec/exprec/recorder"
)

// runsList is the runs of a page, before they are made fit for showing.
type runsList struct {
	state    runsState
	all      *recorder.Rows    // of the project
	archived int               // those of them that are archived
	matching *recorder.Rows    // that match, archived or not
	base     *recorder.Rows    // those of them in this place: the inbox or the archive
	rows     *recorder.Rows    // of all pages, in their order, without those that another one goes on from
	shown    *recorder.Rows    // of this page
	spreads  []recorder.Spread // of the parameters in which they differ
	groups   []recorder.Group
	pages    int
	running  int
	before   map[string]int // how many runs came before one that goes on from another
	fresh    int            // matching runs that began since the page was made
	columns  []runsColumn
	whose    string // the key that tells whose runs they are, see [recorder.Rows.Whose]
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
	l.base = inPlace(l.matching, state)
	l.spreads = l.base.Spreads()
	l.rows = l.base
	if !state.Earlier && !l.matching.AsksFor("continues") {
		l.rows, l.before = l.base.FoldChains()
	}
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
	l.whose = l.rows.Whose()
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
	for i := range l.columns {
		key := l.columns[i].Key
		l.columns[i].WideOnly = key == "status" || key == "started" || key == l.whose
	}
	order(l.columns, l.state)
	if l.state.Panel == "columns" {
		l.panel = l.choice(keys)
	}
}

// count counts the archived runs of the project, and those of the list that go
// on.
func (l *runsList) count() {
	l.archived = l.all.Archived(true).Len()
	status, err := l.base.Column("status")
	if err != nil {
		return
	}
	for _, c := range l.base.Tally(status, maxFacetValues).Counts {
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
