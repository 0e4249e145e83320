package views

import (
	"math"
	"net/url"
	"sort"
	"strconv"

	"github.com/a-h/templ"
)

// chartToolsView is the form above charts.
type chartToolsView struct {
	URL   string     // the page's path
	State chartState // as it is
	Keep  url.Values // what else stands in the page's URL and is to stay there
}

// chartAxes are what the form offers for x.
var chartAxes = []fact{{"step", byStep}, {"relative time", byTime}, {"time of day", byWall}}

// keep are the values that the form carries along unseen.
func (v chartToolsView) keep() []fact {
	var kept []fact
	for name, values := range v.kept() {
		for _, value := range values {
			kept = append(kept, fact{name, value})
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return kept[i].Name < kept[j].Name })
	return kept
}

func (v chartToolsView) kept() url.Values {
	q := url.Values{}
	for name, values := range v.Keep {
		q[name] = values
	}
	if v.State.Only != "" {
		q.Set("only", v.State.Only)
	}
	return q
}

// resetURL is the page without its zoom.
func (v chartToolsView) resetURL() string {
	s := v.State
	s.Zoom = nil
	q := s.query()
	for name, values := range v.Keep {
		q[name] = values
	}
	if len(q) == 0 {
		return v.URL
	}
	return v.URL + "?" + q.Encode()
}

// smoothPlace is where on its slider, which is logarithmic, a number of points
// lies: ten places a power of ten.
func smoothPlace(points int) string {
	return strconv.Itoa(int(math.Round(10 * math.Log10(float64(max(points, 1))))))
}

func smoothWord(points int) string {
	if points <= 1 {
		return ""
	}
	return strconv.Itoa(points)
}

// chartTopic makes a line follow its run while it goes on.
func chartTopic(l chartLine) templ.Attributes {
	if topic := l.topic(); topic != "" {
		return templ.Attributes{"data-live": topic}
	}
	return nil
}

// chartFacts are the values of a state but its filter, for the form of the filter.
func chartFacts(s chartState) []fact {
	s.Only = ""
	return chartToolsView{Keep: s.query()}.keep()
}

// chartCount says how many charts there are to see.
func chartCount(shown, total int) string {
	if shown == total {
		return count(total, "chart")
	}
	return strconv.Itoa(shown) + " of " + count(total, "chart")
}

// newCharts makes the page follow a run that goes on: scalars that it logs for the
// first time get their charts.
func newCharts(v chartsView) templ.Attributes {
	if sealed(v.Run) {
		return nil
	}
	return templ.Attributes{"data-live": "run/" + v.Run.Address() + "/scalars", "data-charts-of": v.URL}
}
