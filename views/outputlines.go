package views

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/console"
)

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
	v.Text, v.Total = strings.ReplaceAll(text, `href="?`, `href="`+runURL(run.Address(), "output")+`?`), total
	return v, err
}

// following makes the console hear of what is printed.
func (v *outputView) following() templ.Attributes {
	if !v.Running() || !v.AtEnd() {
		return nil
	}
	s := outputState{Stream: v.Stream, Wrap: v.Wrap, Times: v.Times}
	return templ.Attributes{
		"data-live":   "run/" + v.run.Address() + "/output",
		"data-follow": runURL(v.run.Address(), "output") + "/lines" + s.query(),
		"data-last":   strconv.FormatInt(v.Lines, 10),
		"data-at":     strconv.FormatInt(v.Total, 10),
	}
}
