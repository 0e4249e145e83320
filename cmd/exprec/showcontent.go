package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

func (a *app) showParams(r *recorder.Run) error {
	params, err := r.Params()
	if err != nil || len(params) == 0 {
		return err
	}
	a.heading("Parameters")
	for _, p := range flatten(params) {
		a.pair(p.name, say.Param(p.value))
	}
	return nil
}

// pair prints a name and what belongs to it.
func (a *app) pair(name, words string) {
	a.out.line(plain("  %s", pad(sanitizeLine(name), 24)), plain(" %s", sanitizeLine(words)))
}

// pad fills harmless text up to a width.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-displayWidth(s)))
}

func (a *app) showResults(r *recorder.Run) {
	results := r.Results()
	if len(results) == 0 {
		return
	}
	a.heading("Results")
	for _, result := range results {
		a.pair(result.Name, number(result.Value))
	}
}

func (a *app) showScalars(r *recorder.Run) error {
	scalars, err := r.Scalars()
	if len(scalars) > 0 {
		a.heading("Scalars")
		scalarTable(r, scalars).print(a.out)
	}
	return err
}

func (a *app) showImages(r *recorder.Run) error {
	images, err := r.Images()
	if len(images) == 0 {
		return err
	}
	a.heading("Images")
	steps := map[string][]int64{}
	var names []string
	for _, image := range images {
		if steps[image.Name] == nil {
			names = append(names, image.Name)
		}
		steps[image.Name] = append(steps[image.Name], image.Step)
	}
	for _, name := range names {
		of := steps[name]
		a.pair(name, fmt.Sprintf("%s, steps %d to %d", count(len(of), "image"), slices.Min(of), slices.Max(of)))
	}
	return err
}

func (a *app) showFiles(r *recorder.Run) error {
	files, err := listFiles(r.Files())
	files = notePruned(files, r, "files/")
	if len(files) > 0 {
		a.heading("Files")
		filesTable(files).print(a.out)
	}
	return err
}

func (a *app) showSource(r *recorder.Run) {
	info := r.Info()
	source := info.Source
	if source == nil {
		return
	}
	a.heading("Source")
	a.out.line(plain("  %s, %s", count(source.Files, "file"), size(source.Bytes)))
	if x := info.Executable; x != nil && x.SourceMayDiffer != "" {
		a.out.line(styled(yellow, "  may not be what ran: %s", sanitizeLine(x.SourceMayDiffer)))
	}
	named := source.LeftOut[:min(len(source.LeftOut), maxLeftOutShown)]
	for _, l := range named {
		a.out.line(styled(yellow, "  left out: %s (%s): %s", sanitizeLine(l.Path), size(l.Size), sanitizeLine(l.Reason)))
	}
	if more := len(source.LeftOut) - len(named) + source.More; more > 0 {
		a.out.line(styled(yellow, "  left out: %s more (--json names the first %d)", count(more, "file"), len(source.LeftOut)))
	}
	for _, note := range source.Notes {
		a.out.line(styled(yellow, "  %s", sanitizeLine(note)))
	}
}

// maxLeftOutShown is how many files that a snapshot left out are shown.
const maxLeftOutShown = 20
