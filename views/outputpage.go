package views

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// pageLines is how many lines there are on a page of an output. The last page is
// shown together with the one before where it has only a few.
const (
	pageLines = 1000
	fewLines  = 500
)

// outputView is a page of what a run printed.
type outputView struct {
	outputState
	run      *recorder.Run
	Lines    int64 // there are in all
	From, To int64 // that are on the page
	Text     string
	Total    int64 // bytes that are shown, for the next look
	Streams  []streamView
	Found    *foundView
	OutputOf string // the run that holds the output of this one
}

// streamView is what there is of a stream.
type streamView struct {
	Name, Size string
	Gap        string // what is missing
}

// url is the page in another state.
func (v *outputView) url(change func(*outputState)) templ.SafeURL {
	s := v.outputState
	change(&s)
	return templ.SafeURL(runURL(v.run.Address(), "output") + s.query())
}

func (v *outputView) lineURL(n int64) string {
	s := v.outputState
	s.Page, s.Line, s.Find = 0, n, ""
	return s.query() + "#L" + strconv.FormatInt(n, 10)
}

// Running reports whether more may be printed.
func (v *outputView) Running() bool { return v.run.Status() == recorder.Running }

// AtEnd reports whether the page shows the last lines.
func (v *outputView) AtEnd() bool { return v.To >= v.Lines }

// Older and Newer are the pages beside this one, 0 where there is none.
func (v *outputView) Older() int64 {
	if v.From <= 1 {
		return 0
	}
	return (v.From-2)/pageLines + 1
}

func (v *outputView) Newer() int64 {
	if v.AtEnd() {
		return 0
	}
	return v.To/pageLines + 1
}

// runOutput shows what a run printed.
func (d *Dashboard) runOutput(w http.ResponseWriter, r *http.Request) error {
	state, err := outputStateOf(r)
	if err != nil {
		return err
	}
	return d.runTab(w, r, "output", func(ctx context.Context, _ *recorder.Project, run *recorder.Run) (templ.Component, error) {
		v, err := d.outputView(ctx, run, state)
		if err != nil {
			return nil, err
		}
		return outputPage(v), nil
	})
}

func (d *Dashboard) outputView(ctx context.Context, run *recorder.Run, state outputState) (*outputView, error) {
	v := &outputView{outputState: state, run: run, OutputOf: run.Info().OutputOf}
	if err := v.readStreams(); err != nil {
		return nil, err
	}
	log, err := d.outputLog(ctx, run, state.streams())
	if err != nil {
		return nil, err
	}
	v.Lines = log.count()
	if state.Find != "" {
		v.Found, err = findLines(ctx, log, run, v)
		return v, err
	}
	v.choose()
	if v.Lines > 0 && v.From > v.Lines {
		return nil, notFound("The output has %s.", count(int(v.Lines), "line"))
	}
	v.Text, v.Total, err = v.render(ctx, log, v.From, v.To, 0)
	return v, err
}

// choose finds out which lines are shown.
func (v *outputView) choose() {
	page := v.Page
	if v.Line > 0 {
		page = (v.Line-1)/pageLines + 1
	}
	if page > 0 {
		v.From, v.To = (page-1)*pageLines+1, min(page*pageLines, max(v.Lines, 1))
		return
	}
	v.From, v.To = 1, v.Lines
	if v.Lines > pageLines {
		v.From = (v.Lines-1)/pageLines*pageLines + 1
		if v.Lines-v.From < fewLines {
			v.From -= pageLines
		}
	}
}

// readStreams finds out what there is.
func (v *outputView) readStreams() error {
	for _, name := range v.streams() {
		o, err := v.run.Output(name)
		if err != nil {
			return err
		}
		s := streamView{Name: name, Size: size(o.Size)}
		if o.Cut > 0 {
			s.Gap = fmt.Sprintf("%s in the middle of %s were not kept: the beginning and the end are here, with a line between them.", size(o.Cut), name)
		}
		v.Streams = append(v.Streams, s)
	}
	return nil
}
