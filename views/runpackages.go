package views

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// packagesView is what a run's program was built from.
type packagesView struct {
	run      *recorder.Run
	Filter   string
	All      int
	Shown    []fact // name and version
	Since    runChoice
	Changes  []valueChange
	Problems []string
}

// runPackages lists the packages of a run, and what changed of them.
func (d *Dashboard) runPackages(w http.ResponseWriter, r *http.Request) error {
	return d.runPage(w, r, "packages", func(ctx context.Context, p *recorder.Project, v *runView) (templ.Component, error) {
		page, err := packagesOf(ctx, p, v, r.FormValue("q"))
		if err != nil {
			return nil, err
		}
		return packagesPage(page), nil
	})
}

func packagesOf(ctx context.Context, p *recorder.Project, v *runView, filter string) (*packagesView, error) {
	page := &packagesView{run: v.run, Filter: filter}
	lines, err := v.run.Packages()
	if err != nil {
		page.Problems = append(page.Problems, sentence(err.Error()))
	}
	page.All = len(lines)
	for _, line := range lines {
		if strings.Contains(strings.ToLower(line), strings.ToLower(strings.TrimSpace(filter))) {
			page.Shown = append(page.Shown, packageFact(line))
		}
	}
	if v.Previous == nil {
		return page, nil
	}
	d, err := p.Compare(ctx, v.Previous, v.run)
	if err != nil {
		return nil, err
	}
	page.Since = runChoice{v.Previous.Address(), v.Previous.Label()}
	for _, c := range d.Packages {
		page.Changes = append(page.Changes, changeOf(c))
	}
	return page, nil
}

// packageFact splits a line into name and version.
func packageFact(line string) fact {
	name, version, ok := strings.Cut(line, "==")
	if !ok {
		name, version, _ = strings.Cut(line, " ")
	}
	return fact{name, version}
}
