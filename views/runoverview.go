package views

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// overview is what the first page of a run shows.
type overview struct {
	*runView
	markdown  *markdown
	Failure   *runFailure
	Cards     []metricCard
	Changes   *runChanges // nil where there is nothing to compare with
	Again     reproduction
	Params    []parameter
	Results   []recorder.Result
	Inputs    []recorder.Input
	System    []fact
	Remarks   []string
	Charts    []chart
	Tools     chartToolsView
	AllCharts int // how many charts the run has
	Images    imageStrip
	Output    *outputView // nil where it cannot be read
}

// runOverview is the first page of a run.
func (d *Dashboard) runOverview(w http.ResponseWriter, r *http.Request) error {
	return d.runPage(w, r, "", d.overview)
}

// overview gathers the first page of a run. What cannot be read is named, and
// the rest is shown.
func (d *Dashboard) overview(ctx context.Context, p *recorder.Project, v *runView) (templ.Component, error) {
	run := v.run
	o := &overview{runView: v, markdown: d.markdown, Failure: failureOf(run), Again: reproductionOf(run), System: systemFacts(run)}
	params, err := run.Params()
	o.remark(err)
	o.Params = parameterTree(params)
	o.Results, o.Inputs = run.Results(), run.Info().Inputs
	if err := d.logged(ctx, p, o); err != nil {
		return nil, err
	}
	if v.wants("run-images") {
		o.Images, err = imageStripOf(run)
		o.remark(err)
	}
	if v.wants("run-output") {
		if o.Output, err = d.outputTail(ctx, run, lastLines); err != nil {
			o.Output = nil
			o.remark(err)
		}
	}
	if dropped := run.Info().Dropped; dropped > 0 {
		o.Remarks = append(o.Remarks, wholeNumber(int64(dropped))+" values were lost to a full disk.")
	}
	for _, warning := range run.Info().Warnings {
		o.Remarks = append(o.Remarks, sentence(visible(warning)))
	}
	return overviewPage(o), nil
}

// logged gathers what the run logged, and what changed since the run before.
func (d *Dashboard) logged(ctx context.Context, p *recorder.Project, o *overview) error {
	scalars, err := o.run.Scalars()
	o.remark(err)
	var difference *recorder.Difference
	if o.wants("run-metrics") || o.wants("run-changed") {
		changes, err := changesSince(ctx, p, o.runView)
		if err != nil {
			return err
		}
		if o.Changes = changes; changes != nil {
			difference = changes.difference
		}
	}
	o.Cards = cardsOf(o.run, scalars, difference)
	return d.mainCharts(o, chainLines(ctx, p, o.run), scalars)
}

// remark keeps why a part cannot be read, unless the head says it already.
func (o *overview) remark(err error) {
	if err != nil && o.run.Err() == nil && !errors.Is(err, recorder.ErrLight) {
		o.Remarks = append(o.Remarks, sentence(err.Error()))
	}
}

// maxCharts is how many charts the overview has; the others are on their own tab.
const maxCharts = 6

// mainCharts draws the charts of the main metrics, and of others where there is
// room.
func (d *Dashboard) mainCharts(o *overview, lines []chartLine, scalars []recorder.ScalarSummary) error {
	state, err := chartStateOf(o.Query)
	if err != nil {
		return err
	}
	state.Only = ""
	o.Tools, o.AllCharts = chartToolsView{URL: runURL(o.run.Address(), ""), State: state}, len(scalars)
	if !o.wants("run-charts") {
		return nil
	}
	for _, s := range chartedScalars(o.run, scalars) {
		if s.Count > 1 {
			o.Charts = append(o.Charts, d.chart(s.Name, lines, state))
		}
	}
	return nil
}

// chartedScalars are the scalars that the overview draws: those that the run is
// judged by first.
func chartedScalars(run *recorder.Run, scalars []recorder.ScalarSummary) []recorder.ScalarSummary {
	main := mainMetrics(run, scalars)
	rank := func(s recorder.ScalarSummary) int {
		if at := slices.Index(main, s.Name); at >= 0 {
			return at
		}
		return len(main)
	}
	sorted := slices.SortedStableFunc(slices.Values(scalars), func(a, b recorder.ScalarSummary) int { return rank(a) - rank(b) })
	return sorted[:min(len(sorted), maxCharts)]
}
