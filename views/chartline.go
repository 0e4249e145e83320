package views

import (
	"slices"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/plot"
)

// lineShape is what of a scalar's points a line is made of.
type lineShape struct {
	X          string // byStep, byTime or byWall
	LogX, LogY bool
}

// lineData is one scalar of a run in the shape in which it is drawn: sorted by x,
// with gaps for what has no place on its axes. It is safe for concurrent use.
type lineData struct {
	points plot.Points // x as it is shown
	scan   plot.Points // x as it is spread over the pixels: on a logarithmic axis its logarithm
	facts  lineFacts

	mu     sync.Mutex
	raw    *plot.Pyramid
	smooth map[int]*plot.Pyramid // by over how many points
	robust *[2]float64
}

// lineFacts is what is said about a line.
type lineFacts struct {
	Count      int     // logged points
	NaN, Inf   int     // of them
	Below      int     // values of 0 or less that a logarithmic y-axis cannot show
	Left       int     // points at 0 or less that a logarithmic x-axis cannot show
	Moved      int     // points that were out of order, or logged again at the same step
	Last       float64 // the value that was logged last
	HasLast    bool
	From, To   float64 // the range of x; both 0 where there are no points
	LastStep   int64
	Replaced   bool   // Moved counts steps, not times
	Continuing bool   // the run goes on
	Line       int    // which line of its chart it is
	Away       string // what is to be said of points that are on a remote
}

// newLineData shapes a series. started is when its run began.
func newLineData(s *recorder.Series, started time.Time, shape lineShape) *lineData {
	l := &lineData{smooth: map[int]*plot.Pyramid{}}
	l.facts.Count = len(s.Values)
	if n := len(s.Values); n > 0 {
		l.facts.Last, l.facts.LastStep, l.facts.HasLast = s.Values[n-1], s.Steps[n-1], true
	}
	for _, v := range s.Values {
		if v != v {
			l.facts.NaN++
		} else if v-v != 0 {
			l.facts.Inf++
		}
	}
	p, moved := sortedBy(s, started, shape.X)
	l.facts.Moved, l.facts.Replaced = moved, shape.X == byStep
	if shape.LogY {
		p.Y, l.facts.Below = plot.LogY(p.Y)
	}
	l.points, l.scan = p, p
	if shape.LogX {
		l.scan, l.facts.Left = plot.LogX(p)
		l.points = plot.Points{X: p.X[l.facts.Left:], Y: p.Y[l.facts.Left:]}
	}
	if n := len(l.points.X); n > 0 {
		l.facts.From, l.facts.To = l.points.X[0], l.points.X[n-1]
	}
	return l
}

// sortedBy puts a series in the order of x. Of a step that was logged twice the
// later value counts. Of times none does: many points share a millisecond.
func sortedBy(s *recorder.Series, started time.Time, by string) (p plot.Points, moved int) {
	x := make([]float64, len(s.Steps))
	if by == byStep {
		for i, step := range s.Steps {
			x[i] = float64(step)
		}
		return plot.Sorted(x, s.Values)
	}
	start := 0.0
	if by == byWall {
		start = float64(started.UnixMilli()) / 1000
	}
	for i, t := range s.Times {
		x[i] = start + t.Seconds()
	}
	if slices.IsSorted(x) {
		return plot.Points{X: x, Y: s.Values}, 0
	}
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
		if i > 0 && x[i] < x[i-1] {
			moved++
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return x[order[i]] < x[order[j]] })
	return plot.Points{X: plot.Pick(x, order), Y: plot.Pick(s.Values, order)}, moved
}

// pyramid is what finds the points to draw of the raw values.
func (l *lineData) pyramid() *plot.Pyramid {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.raw == nil {
		l.raw = plot.NewPyramid(l.scan)
	}
	return l.raw
}

// smoothed is what finds the points to draw of the values smoothed over about n
// points. All points are smoothed, not those that are drawn.
func (l *lineData) smoothed(n int) *plot.Pyramid {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.smooth[n]
	if p == nil {
		if len(l.smooth) >= keptSmooth {
			clear(l.smooth)
		}
		y := plot.Smooth(l.points.Y, chartState{Smooth: n}.weight())
		p = plot.NewPyramid(plot.Points{X: l.scan.X, Y: y})
		l.smooth[n] = p
	}
	return p
}

// keptSmooth is how many smoothed forms of one line are kept: a slider that is
// drawn along asks for many.
const keptSmooth = 4

// within is the range of y that is shown where outliers are not, of all points.
func (l *lineData) within() (lo, hi float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.robust == nil {
		lo, hi := plot.RobustRange(l.points.Y)
		l.robust = &[2]float64{lo, hi}
	}
	return l.robust[0], l.robust[1]
}

// bytes is about how much memory the line takes.
func (l *lineData) bytes() int64 {
	const perPoint = 8 * (2 + keptSmooth)
	return int64(len(l.points.X)) * perPoint
}

// notes says what a reader of the chart should know.
func (f lineFacts) notes() []string {
	var notes []string
	if f.Away != "" {
		notes = append(notes, f.Away)
	}
	add := func(n int, text string) {
		if n > 0 {
			notes = append(notes, strconv.Itoa(n)+text)
		}
	}
	add(f.NaN, " NaN")
	add(f.Inf, " infinite")
	add(f.Below, " ≤ 0 hidden")
	add(f.Left, " at x ≤ 0 hidden")
	if f.Moved > 0 && f.Replaced {
		notes = append(notes, "sorted: steps went back or were logged again")
	} else if f.Moved > 0 {
		notes = append(notes, "sorted: times went back")
	}
	return notes
}
