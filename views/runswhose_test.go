package views

import (
	"net/http"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// Runs of several people say whose they are without being asked: in a column, and
// on a small screen in their second line.
func TestListSaysWhoseRunsTheyAre(t *testing.T) {
	b := newBench(t)
	t.Setenv("USER", "ada")
	b.record(recorder.Options{Name: "hers"}, func(*recorder.Experiment) {})
	if page := b.get("/", http.StatusOK); strings.Contains(page, ">User</a>") || strings.Contains(page, ">Host</a>") {
		t.Error("the runs of one user on one host have a column that says so")
	}
	t.Setenv("USER", "ben & \u202ecy")
	b.record(recorder.Options{Name: "his"}, func(*recorder.Experiment) {})
	b.has(b.get("/", http.StatusOK), ">User</a>", ">ada</td>", "ben &amp; ")
	if page := b.get("/?q=user=ada", http.StatusOK); strings.Contains(page, ">User</a>") {
		t.Error("the runs of one user among several have a column that says so")
	}
	wide, narrow := browsertest.NewTab(t, 1440, 900, false), browsertest.NewTab(t, 390, 844, true)
	for tab, shown := range map[*browsertest.Tab]bool{wide: false, narrow: true} {
		tab.Open(b.url + "/?group=user")
		if got := browsertest.Eval[bool](tab, `document.querySelector(".second").checkVisibility()`); got != shown {
			t.Errorf("the second line of a row is shown: %v", got)
		}
		tab.Axe()
		tab.NoSidewaysScroll()
	}
	if n := browsertest.Eval[int](narrow, `new Set([...document.querySelectorAll(".runs-table tr")].map(r => [...r.cells].filter(c => c.checkVisibility()).length)).size`); n != 1 {
		t.Errorf("rows have %d numbers of cells", n)
	}
	if words := narrow.Text("tbody tr:last-child .second"); !strings.Contains(words, "succeeded") || !strings.Contains(words, "ada") {
		t.Errorf("the second line says %q", words)
	}
}
