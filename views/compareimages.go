package views

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// compareImagesView is the images of compared runs near one step, ready to be
// shown.
type compareImagesView struct {
	State       compareState
	Runs        []comparedView
	Step        int64
	First, Last int64
	Earlier     string // URLs of the step before and after, of any run; empty at the ends
	Later       string
	Rows        []compareImageRow
	More        int // names that are not shown
}

// compareImageRow is the images of one name, a run a cell.
type compareImageRow struct {
	Name  string
	Cells []*shownImage // nil where a run has none
}

// compareImageRows is how many names a page shows.
const compareImageRows = 40

// images shows the images of all runs that are nearest to one step.
func (v *compareView) images(runs []*recorder.Run) templ.Component {
	page := compareImagesView{State: v.State, Runs: v.Runs}
	byName := map[string][][]recorder.Image{} // by run
	var names []string
	var all []recorder.Image
	for i, run := range runs {
		images, err := run.Images()
		v.Problems = slices.Compact(appendProblem(v.Problems, run, err))
		for _, row := range rowsOfImages(images) {
			name := row[0].Name
			if byName[name] == nil {
				byName[name] = make([][]recorder.Image, len(runs))
				names = append(names, name)
			}
			byName[name][i] = row
		}
		all = append(all, images...)
	}
	if len(all) == 0 {
		return compareImages(page)
	}
	page.at(stepsOf(all))
	for _, name := range names {
		if !matches(v.State.Only, name) {
			continue
		}
		if len(page.Rows) == compareImageRows {
			page.More++
			continue
		}
		page.Rows = append(page.Rows, page.row(name, runs, byName[name]))
	}
	return compareImages(page)
}

// at goes to the step that is asked for, else to the last one.
func (p *compareImagesView) at(steps []int64) {
	p.First, p.Last = steps[0], steps[len(steps)-1]
	p.Step = p.Last
	if p.State.Step != nil {
		p.Step = *p.State.Step
	}
	if at, _ := slices.BinarySearch(steps, p.Step); at > 0 {
		p.Earlier = p.State.onStep(steps[at-1]).URL()
	}
	if at, _ := slices.BinarySearchFunc(steps, p.Step, after); at < len(steps) {
		p.Later = p.State.onStep(steps[at]).URL()
	}
}

// row picks of each run the image nearest to the step.
func (p *compareImagesView) row(name string, runs []*recorder.Run, images [][]recorder.Image) compareImageRow {
	row := compareImageRow{Name: visible(name), Cells: make([]*shownImage, len(runs))}
	for i, of := range images {
		if len(of) == 0 {
			continue
		}
		steps := make([]int64, len(of))
		for n := range of {
			steps[n] = of[n].Step
		}
		near := of[nearestStep(steps, p.Step)]
		row.Cells[i] = &shownImage{
			Name: row.Name, URL: imageURL(runs[i], name, near.Step), Step: near.Step, Width: near.Width, Height: near.Height,
			Away: visible(runs[i].Light()),
			Page: runURL(runs[i].ID(), "images") + "?step=" + strconv.FormatInt(near.Step, 10),
		}
	}
	return row
}
