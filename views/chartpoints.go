package views

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/plot"
)

// maxChartColumns is how many columns of pixels a chart has at most.
const maxChartColumns = 32768

// pointsQuery is what a chart asks for.
type pointsQuery struct {
	name     string
	shape    lineShape
	from, to float64 // NaN: from the first, to the last
	columns  int     // 0: all points
	smooth   int     // over about how many points; 0 for not at all
	robust   bool    // the range of y without outliers is wanted
	among    bool    // the run is one of several: it may have no such scalar
}

// pointsQueryOf reads a query:
//
//	name    of the scalar
//	x       step (as when it is left out), time or wall
//	from to the range of x that is shown; what is left out is the end of the line
//	w       into how many columns the points are spread; all points where it is left out
//	smooth  over about how many points a smoothed line goes along; none where left out
//	log     x, y or xy: what has no place on a logarithmic axis becomes a gap
//	out     1 asks for the range of y without outliers
//	among   1 says that the run is one of several of a chart: that it has no such
//	        scalar is an answer without content then, and no error
func pointsQueryOf(q url.Values) (pointsQuery, error) {
	p := pointsQuery{name: q.Get("name"), from: math.NaN(), to: math.NaN(), robust: q.Get("out") == "1", among: q.Get("among") == "1"}
	var err error
	if p.name == "" {
		return p, badRequest("A chart needs the name of a scalar.")
	}
	if p.shape.X, err = xOf(q); err != nil {
		return p, err
	}
	if p.smooth, err = smoothOf(q.Get("smooth")); err != nil {
		return p, err
	}
	switch log := q.Get("log"); log {
	case "", "x", "y", "xy":
		p.shape.LogX, p.shape.LogY = strings.Contains(log, "x"), strings.Contains(log, "y")
	default:
		return p, badRequest("log is x, y or xy, not %q.", log)
	}
	if w := q.Get("w"); w != "" {
		if p.columns, err = strconv.Atoi(w); err != nil || p.columns < 1 || p.columns > maxChartColumns {
			return p, badRequest("A chart has 1 to %d columns, not %q.", maxChartColumns, w)
		}
	}
	return p, p.readRange(q.Get("from"), q.Get("to"))
}

func (p *pointsQuery) readRange(from, to string) (err error) {
	if from != "" {
		if p.from, err = endOf(from); err != nil {
			return err
		}
	}
	if to != "" {
		if p.to, err = endOf(to); err != nil {
			return err
		}
	}
	if p.from > p.to {
		return badRequest("A range of x begins before it ends: %s is more than %s.", from, to)
	}
	return nil
}

// chartPoints answers with the points to draw of a scalar, in the written form of
// package plot; what is to be said about them is in the header Exprec-Line.
func (d *Dashboard) chartPoints(w http.ResponseWriter, r *http.Request) error {
	q, err := pointsQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	_, run, err := d.run(r)
	if err != nil {
		return err
	}
	if d.unchanged(w, r, run) {
		return nil
	}
	line, err := d.line(run, q.name, q.shape)
	if q.among && errors.Is(err, recorder.ErrNoScalar) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	wire, whole := line.wire(q)
	facts, err := line.header(q, whole)
	if err != nil {
		return err
	}
	w.Header().Set("Exprec-Line", facts)
	return send(w, http.StatusOK, "application/octet-stream", wire)
}

// unchanged lets a browser ask whether what it has of an ended run still holds,
// and answers where it does. What a run that goes on gave is never kept.
func (d *Dashboard) unchanged(w http.ResponseWriter, r *http.Request, run *recorder.Run) bool {
	if !sealed(run) {
		w.Header().Set("Cache-Control", "no-store")
		return false
	}
	sum := fnv.New64a()
	// Another version of exprec may answer in another form.
	_, _ = fmt.Fprint(sum, assets()["pages.js"].hash, run.Light(), r.URL.Path, "?", r.URL.RawQuery)
	tag := fmt.Sprintf(`"%.16s-%x"`, run.Commit(), sum.Sum64())
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if !strings.Contains(r.Header.Get("If-None-Match"), tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// wire picks the points to draw and writes them. Where it is whole they are all
// points of the line.
func (l *lineData) wire(q pointsQuery) (wire []byte, whole bool) {
	var smooth []float64
	if q.smooth > 1 {
		smooth = l.smoothed(q.smooth).Points().Y
	}
	picked, all := l.pick(q)
	if all {
		return plot.AppendWire(nil, l.points.X, l.points.Y, smooth), true
	}
	if smooth != nil {
		smooth = plot.Pick(smooth, picked)
	}
	const head, perPoint = 8, 24
	buf := make([]byte, 0, head+perPoint*len(picked))
	buf = plot.AppendWire(buf, plot.Pick(l.points.X, picked), plot.Pick(l.points.Y, picked), smooth)
	return buf, len(picked) == len(l.points.X)
}

// pick gives the indices of the points to draw, or says that it is all of them.
func (l *lineData) pick(q pointsQuery) (picked []int, all bool) {
	from, to := q.from, q.to
	if q.shape.LogX {
		from, to = logEnd(from), logEnd(to)
	}
	columns := q.columns
	if columns == 0 {
		if math.IsNaN(from) && math.IsNaN(to) {
			return nil, true
		}
		columns = maxChartColumns * 32 // as good as all
	}
	picked = l.pyramid().Downsample(from, to, columns)
	if q.smooth > 1 {
		picked = plot.Union(picked, l.smoothed(q.smooth).Downsample(from, to, columns))
	}
	return picked, false
}

// logEnd is the end of a range on a logarithmic axis. One at or below 0 is before
// all points.
func logEnd(v float64) float64 {
	if math.IsNaN(v) {
		return v
	}
	if v <= 0 {
		return -math.MaxFloat64
	}
	return math.Log10(v)
}

// header is what is said of a line, as JSON in ASCII. Numbers that may be no
// number are text.
func (l *lineData) header(q pointsQuery, whole bool) (string, error) {
	f := l.facts
	said := struct {
		Count int       `json:"count"`
		X     []float64 `json:"x,omitempty"` // the range of all points
		Y     []float64 `json:"y,omitempty"` // the range without outliers, where it was asked for
		Last  string    `json:"last"`
		Exact string    `json:"exact"`
		Notes []string  `json:"notes,omitempty"`
		Live  bool      `json:"live,omitempty"`
		Whole bool      `json:"whole,omitempty"` // every point was sent
	}{Count: f.Count, Notes: f.notes(), Live: f.Continuing, Whole: whole}
	if f.HasLast {
		said.Last, said.Exact = number(f.Last), exact(f.Last)
	}
	if len(l.points.X) > 0 {
		said.X = []float64{f.From, f.To}
	}
	if q.robust {
		if lo, hi := l.within(); lo <= hi {
			said.Y = []float64{lo, hi}
		}
	}
	text, err := json.Marshal(said)
	if err != nil {
		return "", fmt.Errorf("say what a line is: %w", err)
	}
	return ascii(string(text)), nil
}

// ascii writes what is not ASCII the way JSON can: a header holds nothing else.
func ascii(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c < 0x80:
			b.WriteRune(c)
		case c > 0xffff:
			c -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}
