package views

import (
	"math"
	"net/url"
	"strconv"
	"strings"
)

// chartState is how the charts of a page are drawn. It is read from the page's
// URL and written back into links; the zero value is how charts are at first.
type chartState struct {
	X        string  // what goes from left to right: "" for the step, "time" or "wall"
	Smooth   int     // over about how many points lines are smoothed; 0 for not at all
	LogX     bool    // a logarithmic axis; what is 0 or less has no place on it
	LogY     bool    // the same
	Outliers bool    // ignored: the y-axis shows the 1st to the 99th percentile
	Zoom     *window // what of X is shown; nil for all
	Only     string  // which charts: a part of the name, or a pattern with * and ?
}

// window is a part of an x-axis, both ends in it: steps, seconds since the run's
// start, or seconds since 1970.
type window struct{ From, To float64 }

// What goes from left to right of a chart.
const (
	byStep = ""
	byTime = "time" // seconds since the run's start
	byWall = "wall" // seconds since 1970
)

// maxSmooth is over how many points lines are smoothed at most.
const maxSmooth = 10000

// maxOnly bounds the filter of charts, in bytes.
const maxOnly = 256

// chartStateOf reads the state of charts from a URL.
func chartStateOf(q url.Values) (chartState, error) {
	s := chartState{Only: q.Get("only")}
	var err error
	if s.X, err = xOf(q); err != nil {
		return s, err
	}
	if s.Smooth, err = smoothOf(q.Get("sm")); err != nil {
		return s, err
	}
	for name, on := range map[string]*bool{"logx": &s.LogX, "logy": &s.LogY, "out": &s.Outliers} {
		switch value := q.Get(name); value {
		case "", "0":
		case "1", "on":
			*on = true
		default:
			return s, badRequest("%s is 1 or left out, not %q.", name, value)
		}
	}
	if len(s.Only) > maxOnly {
		return s, badRequest("The filter of charts has more than %d bytes.", maxOnly)
	}
	if z := q.Get("z"); z != "" {
		from, to, ok := strings.Cut(z, "..")
		if !ok {
			return s, badRequest("z is a range such as 100..200, not %q.", z)
		}
		s.Zoom, err = windowOf(from, to)
	}
	return s, err
}

func xOf(q url.Values) (string, error) {
	switch x := q.Get("x"); x {
	case "", "step":
		return byStep, nil
	case byTime, byWall:
		return x, nil
	default:
		return "", badRequest("x is step, time or wall, not %q.", x)
	}
}

// smoothOf reads over how many points lines are smoothed.
func smoothOf(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxSmooth {
		return 0, badRequest("Lines are smoothed over 1 to %d points, not %q.", maxSmooth, text)
	}
	if n == 1 {
		n = 0
	}
	return n, nil
}

// windowOf reads a part of an x-axis.
func windowOf(from, to string) (*window, error) {
	var w window
	var err error
	if w.From, err = endOf(from); err != nil {
		return nil, err
	}
	if w.To, err = endOf(to); err != nil {
		return nil, err
	}
	if w.From > w.To {
		return nil, badRequest("A range of x begins before it ends: %s is more than %s.", from, to)
	}
	return &w, nil
}

// endOf reads an end of a range of x.
func endOf(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, badRequest("A range of x goes from a number to a number; %q is none.", text)
	}
	return v, nil
}

// query is the state as it stands in a URL: what is as at first is left out.
func (s chartState) query() url.Values {
	q := url.Values{}
	if s.X != byStep {
		q.Set("x", s.X)
	}
	if s.Smooth > 1 {
		q.Set("sm", strconv.Itoa(s.Smooth))
	}
	for name, on := range map[string]bool{"logx": s.LogX, "logy": s.LogY, "out": s.Outliers} {
		if on {
			q.Set(name, "1")
		}
	}
	if s.Zoom != nil {
		q.Set("z", exact(s.Zoom.From)+".."+exact(s.Zoom.To))
	}
	if s.Only != "" {
		q.Set("only", s.Only)
	}
	return q
}

// weight is the weight of what came before, for smoothing.
func (s chartState) weight() float64 {
	if s.Smooth <= 1 {
		return 0
	}
	return 1 - 1/float64(s.Smooth)
}

// shows reports whether the filter lets a chart through.
func (s chartState) shows(name string) bool { return matches(s.Only, name) }

// matches reports whether a name holds a text, or is as a pattern with * for any
// text and ? for any letter says.
func matches(pattern, name string) bool {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	if !strings.ContainsAny(pattern, "*?") {
		return strings.Contains(name, pattern)
	}
	return globs([]rune(pattern), []rune(name))
}

// globs matches without going back further than to the last star: no pattern
// takes long.
func globs(pattern, name []rune) bool {
	p, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
