package views

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/views/browsertest"
)

// full reports whether everything is to be looked at, as scripts/browser.sh does.
func full() bool { return os.Getenv("EXPREC_BROWSER") == "full" }

// samples are pages of every kind that the dashboard has: of each route those
// that a crawl comes by first.
func (b *bench) samples(run string, each int) []string {
	b.Helper()
	var paths []string
	had := map[string]int{}
	for _, v := range b.crawl(run) {
		if v.page() && had[v.pattern] < each {
			had[v.pattern]++
			paths = append(paths, v.path)
		}
	}
	slices.Sort(paths)
	if len(had) < 6 {
		b.Fatalf("only %d kinds of pages", len(had))
	}
	return paths
}

// Every page, wide in light colours and narrow in dark ones: no message in the
// console, nothing that axe-core finds, no scrolling sideways, and it prints.
func TestAllPagesInBrowser(t *testing.T) {
	b := newBench(t)
	each := 1
	if full() {
		each = 2
	}
	paths := append(b.samples(b.seed(), each), "/?q=nothing-is-called-so")
	wide, narrow := browsertest.NewTab(t, 1440, 900, false), browsertest.NewTab(t, 390, 844, true)
	for _, path := range paths {
		wide.Open(b.url + path)
		wide.Settle()
		wide.Axe()
		wide.NoSidewaysScroll()
		wide.PDF()
		wide.Check()
		narrow.Open(b.url + path)
		narrow.Settle()
		narrow.Axe()
		narrow.NoSidewaysScroll()
		narrow.Check()
	}
}

// Without script every page still says what it is, and nothing on it waits for
// script that does not come.
func TestAllPagesWithoutScript(t *testing.T) {
	b := newBench(t)
	tab := browsertest.NewTab(t, 1024, 768, false, browsertest.NoScript)
	for _, path := range b.samples(b.seed(), 1) {
		tab.Open(b.url + path)
		if h1 := tab.Text("main h1"); strings.TrimSpace(h1) == "" {
			t.Errorf("%s has no heading", path)
		}
		if n := browsertest.Eval[int](tab, `[...document.querySelectorAll(".needs-script")].filter(e => e.checkVisibility()).length`); n != 0 {
			t.Errorf("%s shows %d controls that do nothing without script", path, n)
		}
		tab.Check()
	}
}

// A project without runs, and pages that say what is wrong.
func TestEmptyAndFaultyPagesInBrowser(t *testing.T) {
	b := newBench(t)
	for _, dark := range []bool{false, true} {
		tab := browsertest.NewTab(t, 390, 844, dark)
		tab.Expect(404, "/nowhere")
		tab.Expect(404, "/runs/0123abcd")
		tab.Expect(400, "/?q=%28")
		for _, path := range []string{"/", "/nowhere", "/runs/0123abcd", "/?q=%28", "/compare"} {
			tab.Open(b.url + path)
			tab.Axe()
			tab.NoSidewaysScroll()
		}
	}
}
