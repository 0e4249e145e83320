package views

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// filmImages is how many small images stand beside the one of a row.
const filmImages = 8

// imagesView is the images of a run, near one step.
type imagesView struct {
	Run         *recorder.Run
	URL         string // of the tab
	Step        int64
	Chosen      bool  // the reader asked for the step; else it is the last one
	First, Last int64 // the range of steps
	Earlier     string
	Later       string // URLs of the step before and after, of any row; empty at the ends
	Rows        []imageRow
	Count       int // images
}

// imageRow is the images of one name.
type imageRow struct {
	Name   string
	Shown  shownImage
	Steps  []int64
	Film   []shownImage
	Before string // URL of the page at the image before, empty for none
	After  string
}

// shownImage is an image as a page shows it.
type shownImage struct {
	Name          string
	URL           string
	Page          string // the tab at its step
	Step          int64
	Width, Height int
	Here          bool   // it is the one that the row shows
	Away          string // the remote that has it, where it is not here yet
}

// small reports whether single pixels are to be seen.
func (i shownImage) small() bool { return i.Width < 64 && i.Height < 64 }

// runImages is the tab with the images of a run.
func (d *Dashboard) runImages(w http.ResponseWriter, r *http.Request) error {
	var step *int64
	if text := r.URL.Query().Get("step"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return badRequest("A step is a whole number, not %q.", text)
		}
		step = &n
	}
	return d.runTab(w, r, "images", func(_ context.Context, _ *recorder.Project, run *recorder.Run) (templ.Component, error) {
		images, err := run.Images()
		if err != nil {
			return nil, err
		}
		return imagesPage(newImagesView(run, images, step)), nil
	})
}

// newImagesView puts images into rows. Without a step the last one is shown.
func newImagesView(run *recorder.Run, images []recorder.Image, step *int64) imagesView {
	v := imagesView{Run: run, URL: runURL(run.Address(), "images"), Count: len(images)}
	steps := stepsOf(images)
	if len(steps) == 0 {
		return v
	}
	v.First, v.Last = steps[0], steps[len(steps)-1]
	v.Step = v.Last
	if step != nil {
		v.Step, v.Chosen = *step, true
	}
	if at, _ := slices.BinarySearch(steps, v.Step); at > 0 {
		v.Earlier = v.at(steps[at-1])
	}
	if at, _ := slices.BinarySearchFunc(steps, v.Step, after); at < len(steps) {
		v.Later = v.at(steps[at])
	}
	for _, row := range rowsOfImages(images) {
		v.Rows = append(v.Rows, v.row(row))
	}
	return v
}

// after orders a step so that one that is equal comes before what is looked for.
func after(step, wanted int64) int {
	if step <= wanted {
		return -1
	}
	return 1
}

// at is the URL of the page at a step.
func (v imagesView) at(step int64) string {
	return v.URL + "?" + url.Values{"step": {strconv.FormatInt(step, 10)}}.Encode()
}

// row makes the row of the images of one name, which are sorted by step.
func (v imagesView) row(images []recorder.Image) imageRow {
	row := imageRow{Name: images[0].Name}
	for _, image := range images {
		row.Steps = append(row.Steps, image.Step)
	}
	here := nearestStep(row.Steps, v.Step)
	row.Shown = v.shown(images[here])
	if here > 0 {
		row.Before = v.at(row.Steps[here-1])
	}
	if here+1 < len(images) {
		row.After = v.at(row.Steps[here+1])
	}
	for _, at := range spread(len(images), filmImages, here) {
		small := v.shown(images[at])
		small.Here = at == here
		row.Film = append(row.Film, small)
	}
	return row
}

func (v imagesView) shown(i recorder.Image) shownImage {
	return shownImage{Name: i.Name, URL: imageURL(v.Run, i.Name, i.Step), Page: v.at(i.Step), Step: i.Step, Width: i.Width, Height: i.Height, Away: visible(v.Run.Light())}
}

// steps are a row's steps as images.js reads them.
func (r imageRow) steps() string {
	words := make([]string, len(r.Steps))
	for i, step := range r.Steps {
		words[i] = strconv.FormatInt(step, 10)
	}
	return strings.Join(words, " ")
}

// stepsOf are all steps, ascending, each once.
func stepsOf(images []recorder.Image) []int64 {
	var steps []int64
	for _, image := range images {
		steps = append(steps, image.Step)
	}
	slices.Sort(steps)
	return slices.Compact(steps)
}

// rowsOfImages puts the images of one name together, sorted by step, in the order
// in which the names come.
func rowsOfImages(images []recorder.Image) [][]recorder.Image {
	var rows [][]recorder.Image
	at := map[string]int{}
	for _, image := range images {
		n, known := at[image.Name]
		if !known {
			n = len(rows)
			at[image.Name] = n
			rows = append(rows, nil)
		}
		rows[n] = append(rows[n], image)
	}
	for _, row := range rows {
		slices.SortStableFunc(row, func(a, b recorder.Image) int { return cmp.Compare(a.Step, b.Step) })
	}
	return rows
}

// nearestStep is the index of the step next to a wanted one: of two that are
// equally far the earlier. steps ascend, and there is one.
func nearestStep(steps []int64, wanted int64) int {
	at, found := slices.BinarySearch(steps, wanted)
	switch {
	case found || at == 0:
		return at
	case at == len(steps):
		return at - 1
	}
	// Differences as unsigned numbers: those of far steps overflow.
	if uint64(wanted)-uint64(steps[at-1]) <= uint64(steps[at])-uint64(wanted) {
		return at - 1
	}
	return at
}

// spread picks up to k of n indices, evenly, the first, the last and here among
// them.
func spread(n, k, here int) []int {
	var picked []int
	for i := range min(n, k) {
		at := i
		if n > k {
			at = i * (n - 1) / (k - 1)
		}
		picked = append(picked, at)
	}
	if at, found := slices.BinarySearch(picked, here); !found {
		picked = slices.Insert(picked, at, here)
	}
	return picked
}
