package views

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/console"
)

// pageLines is how many lines there are on a page of an output. The last page is
// shown together with the one before where it has only a few.
const (
	pageLines = 1000
	fewLines  = 500
)

// outputState is what the URL of an output says.
type outputState struct {
	Stream string // "out", "err", or empty for both
	Page   int64  // from 1; 0: the end
	Line   int64  // the page of this line
	Find   string
	Wrap   bool
	Times  bool
}

func outputStateOf(r *http.Request) (outputState, error) {
	s := outputState{Stream: r.FormValue("stream"), Find: r.FormValue("find"), Wrap: r.FormValue("wrap") == "1", Times: r.FormValue("times") == "1"}
	if s.Stream != "" && s.Stream != "out" && s.Stream != "err" {
		return s, badRequest("There is no stream %q: there are out and err.", s.Stream)
	}
	for name, to := range map[string]*int64{"page": &s.Page, "line": &s.Line} {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return s, badRequest("There is no %s %q.", name, text)
		}
		*to = n
	}
	if len(s.Find) > maxFind {
		return s, badRequest("A text of more than %d bytes is not looked for.", maxFind)
	}
	return s, nil
}

// streams are those that are shown.
func (s outputState) streams() []string {
	switch s.Stream {
	case "out":
		return streamNames[:1]
	case "err":
		return streamNames[1:]
	}
	return streamNames[:]
}

// query is the state as a query of a URL, without what is usual.
func (s outputState) query() string {
	q := url.Values{}
	set := func(name, value string, on bool) {
		if on {
			q.Set(name, value)
		}
	}
	set("stream", s.Stream, s.Stream != "")
	set("page", strconv.FormatInt(s.Page, 10), s.Page > 0)
	set("line", strconv.FormatInt(s.Line, 10), s.Line > 0)
	set("find", s.Find, s.Find != "")
	set("wrap", "1", s.Wrap)
	set("times", "1", s.Times)
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

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
	return templ.SafeURL(runURL(v.run.ID(), "output") + s.query())
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

// render makes HTML of the lines of a range that changed after a place.
func (v *outputView) render(ctx context.Context, log *outputLog, from, to, after int64) (text string, total int64, err error) {
	var b []byte
	base := v.lineBase()
	total, err = log.lines(ctx, v.run, from, to, func(l console.Line) error {
		if l.Changed > after || after == 0 {
			b = appendLine(b, l, base, v.Times)
		}
		return nil
	})
	return string(b), total, err
}

// lineBase is what the URL of a line begins with.
func (v *outputView) lineBase() string {
	s := v.outputState
	s.Page, s.Line, s.Find = 0, 0, ""
	if q := s.query(); q != "" {
		return q + "&line="
	}
	return "?line="
}

// appendLine appends a line with its number and its time.
func appendLine(b []byte, l console.Line, base string, times bool) []byte {
	n := strconv.FormatInt(l.Number, 10)
	class := "l"
	if l.Complaint() {
		class = "l e"
	}
	b = append(b, `<div class="`+class+`" id="L`+n+`"><a class="n" href="`+templ.EscapeString(base)+n+`#L`+n+`">`+n+`</a>`...)
	if times {
		b = append(b, `<span class="at">`+clock(l.At)+`</span>`...)
	}
	return append(l.AppendHTML(append(b, `<code>`...)), "</code></div>\n"...)
}

// clock is a time after the start, as 1:02:03.4.
func clock(d time.Duration) string {
	if d < 0 {
		return "–"
	}
	tenths := d.Milliseconds() / 100
	s := fmt.Sprintf("%d:%02d.%d", tenths/600%60, tenths/10%60, tenths%10)
	if hours := tenths / 36000; hours > 0 {
		s = fmt.Sprintf("%d:%02d:%02d.%d", hours, tenths/600%60, tenths/10%60, tenths%10)
	}
	return s
}

// outputLines answers with the lines that changed since the last look: those
// after the line ?after=, and those above it that changed after ?at= bytes.
func (d *Dashboard) outputLines(w http.ResponseWriter, r *http.Request) error {
	state, err := outputStateOf(r)
	if err != nil {
		return err
	}
	_, run, err := d.run(r)
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt(r.FormValue("after"), 10, 64)
	at, err2 := strconv.ParseInt(r.FormValue("at"), 10, 64)
	if err != nil || err2 != nil || after < 0 || at < 0 {
		return badRequest("The last line that is known is missing.")
	}
	log, err := d.outputLog(r.Context(), run, state.streams())
	if err != nil {
		return err
	}
	v := &outputView{outputState: state, run: run, Lines: log.count()}
	v.From, v.To = max(1, min(after, v.Lines)-console.Reach+1, v.Lines-2*pageLines+1), v.Lines
	if v.Text, v.Total, err = v.render(r.Context(), log, v.From, max(v.To, 1), at); err != nil {
		return err
	}
	return part(r.Context(), w, outputNews(v))
}

// outputTail are the last lines that a run printed, for a card on its overview:
//
//	@outputLast(tail)
func (d *Dashboard) outputTail(ctx context.Context, run *recorder.Run, lines int64) (*outputView, error) {
	v := &outputView{run: run, OutputOf: run.Info().OutputOf}
	log, err := d.outputLog(ctx, run, v.streams())
	if err != nil {
		return nil, err
	}
	v.Lines = log.count()
	v.From, v.To = max(1, v.Lines-lines+1), v.Lines
	if v.Lines == 0 {
		return v, nil
	}
	text, total, err := v.render(ctx, log, v.From, v.To, 0)
	v.Text, v.Total = strings.ReplaceAll(text, `href="?`, `href="`+runURL(run.ID(), "output")+`?`), total
	return v, err
}

// following makes the console hear of what is printed.
func (v *outputView) following() templ.Attributes {
	if !v.Running() || !v.AtEnd() {
		return nil
	}
	s := outputState{Stream: v.Stream, Wrap: v.Wrap, Times: v.Times}
	return templ.Attributes{
		"data-live":   "run/" + v.run.ID() + "/output",
		"data-follow": runURL(v.run.ID(), "output") + "/lines" + s.query(),
		"data-last":   strconv.FormatInt(v.Lines, 10),
		"data-at":     strconv.FormatInt(v.Total, 10),
	}
}
