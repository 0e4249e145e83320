package views

import (
	"errors"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// compareRow is what the runs have under one name.
type compareRow struct {
	Name  string
	Kind  string // "run", "input", "param", "result" or "scalar"
	Goal  string // "more is better", "less is better" or empty
	Cells []compareCell
}

// compareCell is what a run has. The zero value is nothing.
type compareCell struct {
	There    bool
	Text     string // as it is shown
	Full     string // as it is, for the title and for files
	Title    string // more about it
	Status   string
	Number   bool
	Best     bool
	Delta    string // how far from the base's
	Judged   string // "good" or "bad": what the delta means
	DeltaSay string
}

// Differs reports whether the runs do not all have the same.
func (r compareRow) Differs() bool {
	for _, cell := range r.Cells[1:] {
		if cell.There != r.Cells[0].There || cell.Full != r.Cells[0].Full {
			return true
		}
	}
	return false
}

// cells makes the title of a cell from what it has.
func (c compareCell) title() string {
	parts := []string{}
	if c.Full != c.Text {
		parts = append(parts, c.Full)
	}
	if c.Title != "" {
		parts = append(parts, c.Title)
	}
	return strings.Join(parts, "\n")
}

// compareCellLength is how many characters a cell shows at most.
const compareCellLength = 48

// textCell is a cell with a text, shown safely and not too long.
func textCell(text string) compareCell {
	full := visible(text)
	return compareCell{There: true, Text: cutMiddle(full, compareCellLength), Full: full}
}

// compareTable collects rows by name, in the order in which the names come up
// first.
type compareTable struct {
	runs int
	rows []*compareRow
	at   map[string]*compareRow
}

func newCompareTable(runs int) *compareTable {
	return &compareTable{runs: runs, at: map[string]*compareRow{}}
}

// row is the row of a name, made where there is none.
func (t *compareTable) row(kind, name string) *compareRow {
	key := kind + "\x00" + name
	row, ok := t.at[key]
	if !ok {
		row = &compareRow{Name: name, Kind: kind, Cells: make([]compareCell, t.runs)}
		t.at[key] = row
		t.rows = append(t.rows, row)
	}
	return row
}

func (t *compareTable) set(kind, name string, run int, cell compareCell) {
	t.row(kind, name).Cells[run] = cell
}

// text sets a text, unless it is empty.
func (t *compareTable) text(kind, name string, run int, text string) {
	if text != "" {
		t.set(kind, name, run, textCell(text))
	}
}

// sorted brings the rows into the order of their kinds, and those of parameters
// and inputs by name.
func (t *compareTable) sorted() []*compareRow {
	kinds := []string{"run", "input", "param", "result", "scalar"}
	slices.SortStableFunc(t.rows, func(a, b *compareRow) int {
		if by := slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind); by != 0 {
			return by
		}
		if a.Kind == "param" || a.Kind == "input" {
			return strings.Compare(a.Name, b.Name)
		}
		return 0
	})
	return t.rows
}

// compareRunRows are all rows of a comparison, equal ones too, and what could
// not be read.
func compareRunRows(runs []*recorder.Run) (rows []*compareRow, problems []compareProblem) {
	t := newCompareTable(len(runs))
	for i, run := range runs {
		t.facts(i, run)
		params, err := run.Params()
		problems = appendProblem(problems, run, err)
		for _, p := range parameterTree(params) {
			if !p.Holds {
				t.text("param", visible(p.Path), i, p.Value)
			}
		}
		problems = appendProblem(problems, run, run.Err())
	}
	problems = append(problems, t.metrics(runs)...)
	return t.sorted(), slices.Compact(problems)
}

func appendProblem(problems []compareProblem, run *recorder.Run, err error) []compareProblem {
	if err == nil || errors.Is(err, recorder.ErrLight) { // the head of the page says what is not here
		return problems
	}
	return append(problems, compareProblem{visible(run.Label()), sentence(visible(err.Error()))})
}

// facts are what a run is and where it ran.
func (t *compareTable) facts(i int, run *recorder.Run) {
	info := run.Info()
	status := string(run.Status())
	t.set("run", "status", i, compareCell{There: status != "", Text: status, Full: status, Status: status})
	if f := info.Error; f != nil {
		t.text("run", "error", i, strings.TrimPrefix(f.Type+": "+f.Message, ": "))
	}
	t.text("run", "group", i, info.Group)
	t.text("run", "tags", i, strings.Join(run.Tags(), ", "))
	if g := info.Git; g != nil {
		t.text("run", "branch", i, g.Branch)
		if g.Commit != "" {
			cell := textCell(g.Commit)
			cell.Text = short(g.Commit)
			if g.Dirty {
				cell.Text, cell.Full = cell.Text+" +", cell.Full+" with uncommitted changes"
			}
			t.set("run", "commit", i, cell)
		}
	}
	t.text("run", "author", i, info.Author)
	t.text("run", "user", i, info.User)
	t.text("run", "host", i, info.Host.Name)
	if !run.Started().IsZero() {
		seconds := run.Seconds()
		t.set("run", "duration", i, compareCell{There: true, Text: duration(seconds), Full: exact(seconds) + " s", Number: true})
	}
	for _, input := range info.Inputs {
		cell := textCell(input.SHA256)
		cell.Text, cell.Full = short(cell.Full)+", "+size(input.Size), cell.Full+", "+count(int(input.Size), "byte")
		t.set("input", visible(input.Name), i, cell)
	}
}
