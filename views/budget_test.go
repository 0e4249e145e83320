package views

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// How many packed bytes of script and style pages may cost: they are loaded once,
// and often over ssh.
const (
	firstLoad  = 40_000 // of any page
	chartsLoad = 60_000 // with what a chart needs that comes into view
	outputLoad = 3_000  // beside it, of pages with output
)

func TestLoadsAreSmall(t *testing.T) {
	for _, load := range []struct {
		most  int
		names []string
	}{
		{firstLoad, append(head{List: true}.scripts(), head{List: true}.styles()...)},
		{firstLoad, append(head{}.scripts(), head{}.styles()...)},
		{chartsLoad, append(head{}.scripts(), append(head{}.styles(), "uPlot.iife.min.js")...)},
		{outputLoad, []string{"console.css"}},
	} {
		sum := packed(t, load.names...)
		if t.Logf("%v: %d bytes", load.names, sum); sum > load.most {
			t.Errorf("%v are %d bytes, packed, and may be %d", load.names, sum, load.most)
		}
	}
}

func packed(t *testing.T, names ...string) (sum int) {
	t.Helper()
	for _, name := range names {
		a := assets()[name]
		if a == nil {
			t.Fatalf("pages load %s, which is not there", name)
		}
		sum += len(a.gzip)
	}
	return sum
}

// A script that no page loads is none.
func TestEveryScriptIsLoaded(t *testing.T) {
	loaded := slices.Concat(slices.Collect(maps.Values(scripts))...)
	loaded = append(loaded, alone...)
	files, err := staticFiles.ReadDir("static")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file.Name(), ".js") && !slices.Contains(loaded, file.Name()) {
			t.Errorf("no page loads %s", file.Name())
		}
	}
}
