package views

import (
	"slices"
	"strings"
	"testing"
)

// firstLoad and chartsLoad are how many packed bytes of script and style the list
// of runs and a page with charts may cost: they are loaded once, and often over
// ssh.
const (
	firstLoad  = 60_000
	chartsLoad = 80_000
)

func TestLoadsAreSmall(t *testing.T) {
	for most, page := range map[int]head{firstLoad: {List: true}, chartsLoad: {}} {
		sum := 0
		for _, name := range append([]string{"exprec.css"}, page.scripts()...) {
			a := assets()[name]
			if a == nil {
				t.Fatalf("pages load %s, which is not there", name)
			}
			sum += len(a.gzip)
		}
		if t.Logf("%+v: %d bytes", page, sum); sum > most {
			t.Errorf("script and style of a page %+v are %d bytes, packed, and may be %d", page, sum, most)
		}
	}
}

// A script that no page loads is none.
func TestEveryScriptIsLoaded(t *testing.T) {
	loaded := append((head{List: true}).scripts(), (head{}).scripts()...)
	for name := range assets() {
		if strings.HasSuffix(name, ".js") && name != "liveworker.js" && !slices.Contains(loaded, name) {
			t.Errorf("no page loads %s", name)
		}
	}
}
