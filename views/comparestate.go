package views

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// compareState is all that the URL of a comparison says. The zero value compares
// nothing.
type compareState struct {
	Runs   []string // ids or their beginnings; the first is the base
	Query  string   // instead of Runs: what matches it
	Count  int      // of the runs of a query, how many
	Work   bool     // the first run against the work tree
	Tab    string   // "" for the differences, or one of compareTabs
	All    bool     // also rows that are equal
	Flip   bool     // runs are rows
	Only   string   // rows whose names match
	With   string   // the run whose source is shown against the base's
	Split  bool     // source side by side
	Step   *int64   // of the images; nil for the last
	Charts chartState
}

// compareTabs are the parts of a comparison, by name and title.
var compareTabs = [...]struct{ Name, Title string }{
	{"", "Differences"}, {"charts", "Charts"}, {"parallel", "Parallel"}, {"images", "Images"}, {"source", "Source"}, {"packages", "Packages"}, {"environment", "Environment"},
}

// Bounds of a comparison.
const (
	compareRuns       = 50  // runs on a page
	compareColumns    = 20  // of those in a table with a column a run
	compareRows       = 300 // rows of a table
	compareQueryCount = 20  // runs of a query, unless the URL says how many
)

// compareStateOf reads the state out of a URL. What it does not know it leaves
// out.
func compareStateOf(v url.Values) (compareState, error) {
	s := compareState{
		Query: strings.TrimSpace(v.Get("q")), Count: compareQueryCount, Work: v.Get("work") == "1",
		All: v.Get("same") == "1", Flip: v.Get("flip") == "1", Only: strings.TrimSpace(v.Get("only")),
		With: v.Get("with"), Split: v.Get("split") == "1",
	}
	var err error
	if s.Charts, err = chartStateOf(v); err != nil {
		return s, err
	}
	for _, tab := range compareTabs {
		if v.Get("tab") == tab.Name {
			s.Tab = tab.Name
		}
	}
	for _, ref := range v["run"] {
		if ref = strings.TrimSpace(ref); ref != "" && !slices.Contains(s.Runs, ref) {
			s.Runs = append(s.Runs, ref)
		}
	}
	if len(s.Query) > maxQueryLength || len(s.Only) > maxQueryLength {
		return s, badRequest("The query is too long: %d bytes, %d are allowed.", max(len(s.Query), len(s.Only)), maxQueryLength)
	}
	if n, err := strconv.Atoi(v.Get("n")); err == nil && n >= 1 {
		s.Count = min(n, compareRuns)
	}
	if step, err := strconv.ParseInt(v.Get("step"), 10, 64); err == nil && s.Tab == "images" {
		s.Step = &step
	}
	if len(s.Runs) > 0 {
		s.Query = ""
	}
	return s, nil
}

// URL is the address of the page in this state, without what is as usual.
func (s compareState) URL() string { return s.at("/compare") }

// at is the address of the same comparison in another form.
func (s compareState) at(path string) string {
	var parts []string
	add := func(name, value string, there bool) {
		if there && value != "" {
			parts = append(parts, name+"="+escapeQuery(value))
		}
	}
	for _, run := range s.Runs {
		add("run", run, true)
	}
	add("q", s.Query, len(s.Runs) == 0)
	add("n", strconv.Itoa(s.Count), s.Query != "" && len(s.Runs) == 0 && s.Count != compareQueryCount)
	add("work", "1", s.Work)
	add("tab", s.Tab, true)
	add("with", s.With, true)
	add("only", s.Only, true)
	add("same", "1", s.All)
	add("flip", "1", s.Flip)
	add("split", "1", s.Split)
	if s.Step != nil {
		add("step", strconv.FormatInt(*s.Step, 10), true)
	}
	charts := s.Charts.query()
	for _, name := range slices.Sorted(maps.Keys(charts)) {
		add(name, charts.Get(name), name != "only")
	}
	if len(parts) == 0 {
		return path
	}
	return path + "?" + strings.Join(parts, "&")
}

// with changes a copy.
func (s compareState) with(change func(*compareState)) compareState {
	s.Runs = slices.Clone(s.Runs)
	change(&s)
	return s
}

// onTab goes to another part; what was chosen for the part before stays behind.
func (s compareState) onTab(tab string) compareState {
	return s.with(func(s *compareState) {
		s.Tab, s.Only, s.Step = tab, "", nil
		if tab != "charts" {
			s.Charts = chartState{}
		}
		if tab != "source" {
			s.With, s.Split = "", false
		}
	})
}

// onStep shows the images near a step, withoutStep the last ones.
func (s compareState) onStep(step int64) compareState {
	return s.with(func(s *compareState) { s.Step = &step })
}

func (s compareState) withoutStep() compareState {
	return s.with(func(s *compareState) { s.Step = nil })
}

// without leaves a run out; base puts it first; and puts it last.
func (s compareState) without(i int) compareState {
	return s.with(func(s *compareState) { s.Runs = slices.Delete(s.Runs, i, i+1) })
}

func (s compareState) base(i int) compareState {
	return s.with(func(s *compareState) {
		run := s.Runs[i]
		s.Runs = slices.Insert(slices.Delete(s.Runs, i, i+1), 0, run)
	})
}

func (s compareState) and(run string) compareState {
	return s.with(func(s *compareState) { s.Runs = append(s.Runs, run) })
}
