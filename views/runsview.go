package views

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
	"github.com/exprec/exprec/recorder/say"
)

// runsView is the runs page, ready to be shown.
type runsView struct {
	State   runsState
	Counts  runsCounts
	Typed   string // in the search box
	Notes   runsNotes
	Views   []savedView
	Facets  []runsFacet
	Columns []runsColumn
	Rows    []runsRow
	Pages   int

	Groups []string      // keys to group by
	Panel  *columnChoice // where columns are being chosen

	Done     *runsDone // just now
	DoneName string
}

// runsCounts are what the line above the table says.
type runsCounts struct {
	Shown, Project, Running, Archived, New, Folded int
}

// runsRow is a run in the table.
type runsRow struct {
	Group            *runsGroup // where one begins with it
	ID, Short, Label string
	Colour           string
	Running          bool
	Status, Second   string // the second line of a small screen begins with the status
	Before           int    // runs of the list that it goes on from
	Tags             []string
	Problem          string // why it could be read in part only
	Cells            []runsCell
}

// runsCell is what a run has in a column. An empty one has only its column's class.
type runsCell struct {
	Kind     string // "", "status", "time", "source", "spark" or "metric"
	Text     string
	Title    string
	Status   string
	Away     string // the remote that has the run, where it is not here in full
	Progress int    // in percent, -1 of none
	Mark     bool
	Best     bool
	Share    int // 0 to 100, -1 of none
	When     time.Time
}

// view makes the runs of the page fit for showing.
func (l *runsList) view() runsView {
	v := runsView{State: l.state, Views: l.views, Facets: l.facets, Columns: l.columns, Pages: l.pages, Notes: l.notes, Typed: l.state.Query, Done: l.done, DoneName: l.doneName}
	if l.typed != "" {
		v.Typed = l.typed
	}
	v.Counts = runsCounts{Shown: l.base.Len(), Folded: l.base.Len() - l.rows.Len(), Project: l.all.Len(), Archived: l.archived, Running: l.running, New: l.fresh}
	v.Groups, v.Panel = l.groupChoices(), l.panel
	lines := l.groupLines()
	for i := range l.shown.Len() {
		row := l.row(l.shown.At(i))
		row.Group = lines[i]
		v.Rows = append(v.Rows, row)
	}
	return v
}

// row makes a run fit for showing.
func (l *runsList) row(r recorder.Row) runsRow {
	id := r.ID()
	row := runsRow{
		ID: id, Short: short(id), Label: r.Label(), Colour: colour(id), Tags: r.Tags(), Before: l.before[id],
		Running: r.Status() == recorder.Running, Cells: make([]runsCell, len(l.columns)),
	}
	row.Status, row.Second = string(r.Status()), l.second(r)
	if err := r.Err(); err != nil {
		row.Problem = err.Error()
	}
	for i := range l.columns {
		if c := &l.columns[i]; c.Kind == "spark" {
			row.Cells[i] = runsCell{Kind: "spark", Text: l.sparks.path(r, c.spark)}
		} else {
			row.Cells[i] = c.cell(r)
		}
		row.Cells[i].Best = l.columns[i].best == id
	}
	return row
}

// second says whose a run is, where that is not the same everywhere, and how long
// ago it began.
func (l *runsList) second(r recorder.Row) string {
	var words []string
	switch l.whose {
	case "author":
		words = append(words, visible(cmp.Or(r.Author(), r.User())))
	case "user":
		words = append(words, visible(r.User()))
	case "host":
		words = append(words, visible(r.Host()))
	}
	if !r.Started().IsZero() {
		words = append(words, since(r.Started()))
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " · ")
}

// cell is what a run has in the column.
func (c *runsColumn) cell(r recorder.Row) runsCell {
	switch {
	case c.Kind == "status":
		return statusCell(r)
	case c.Kind == "" && c.values.Name() == "commit":
		return sourceCell(r)
	}
	v := c.values.Value(r)
	cell := runsCell{Text: wordsOf(v), Share: -1}
	switch {
	case c.Key == "remote" && v.Kind == recorder.TextsValue:
		cell.Text = say.Remotes(r.Remotes())
	case c.Key == "shared":
		cell.Text = sharedWords(v)
	}
	switch v.Kind {
	case recorder.AbsentValue:
		return runsCell{}
	case recorder.TimeValue:
		return runsCell{Kind: "time", When: v.When}
	case recorder.NumberValue:
		if c.Kind == "metric" {
			cell.Kind, cell.Share, cell.Text = "metric", c.share(v), number(v.Num)
		}
		if full := v.String(); full != cell.Text {
			cell.Title = full
		}
	}
	if cut := cutMiddle(cell.Text, cellLength); cut != cell.Text {
		cell.Text, cell.Title = cut, cell.Text
	}
	return cell
}

// longNumber is from how many characters on a number is shown with four digits:
// shorter ones were written by somebody, as they are.
const longNumber = 10

// cellLength is how many characters a cell shows at most.
const cellLength = 32

func statusCell(r recorder.Row) runsCell {
	c := runsCell{Kind: "status", Status: string(r.Status()), Progress: -1}
	if f := r.Failure(); f != nil {
		c.Title = strings.TrimPrefix(f.Type+": "+f.Message, ": ")
	}
	if remote := r.Light(); remote != "" {
		c.Away = visible(remote)
	}
	if steps := r.Steps(); steps > 0 && r.Status() == recorder.Running {
		c.Progress = 0
		for _, s := range r.Scalars() {
			c.Progress = max(c.Progress, min(100, int(100*(s.LastStep+1)/steps)))
		}
	}
	return c
}

func sourceCell(r recorder.Row) runsCell {
	git := r.Git()
	if git == nil {
		return runsCell{}
	}
	c := runsCell{Kind: "source", Text: short(git.Commit), Mark: git.Dirty, Title: git.Commit}
	if git.Branch != "" {
		c.Title = git.Branch + " " + git.Commit
	}
	if git.Commit == "" {
		c.Text, c.Title = "no commit yet", ""
	}
	return c
}

// wordsOf shows a value to people.
func wordsOf(v recorder.Value) string {
	switch v.Kind {
	case recorder.NumberValue:
		if v.Text == "" || len(v.Text) > longNumber {
			return number(v.Num)
		}
	case recorder.TextValue:
		if v.Text == "" {
			return `""`
		}
	case recorder.DurationValue:
		return duration(v.Num)
	case recorder.SizeValue:
		return size(int64(v.Num))
	case recorder.FlagValue:
		if v.Num == 0 {
			return "false"
		}
		return "true"
	case recorder.TextsValue:
		return export.Joined(v.List)
	}
	return v.String()
}

// cutMiddle shortens a text to at most so many characters: its beginning and its
// end say most.
func cutMiddle(s string, most int) string {
	if len(s) <= most {
		return s
	}
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	head := int(math.Ceil(float64(most-1) / 2))
	return string(runes[:head]) + "…" + string(runes[len(runes)-(most-1-head):])
}
