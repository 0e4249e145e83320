package views

import (
	"image"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// The pages of a comparison, as people see them: light and dark, wide and on a
// phone, without a complaint of the browser or of axe.
func TestCompareInABrowser(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25, 0.0625, 0.5)
	old, fresh := b.sourceRuns(map[string]string{"model.py": numbered(40, nil)}, map[string]string{"model.py": numbered(40, map[int]string{20: "lr = 2"})})
	var pictures []string
	for i := range 3 {
		pictures = append(pictures, short(b.record(recorder.Options{}, func(e *recorder.Experiment) {
			picture := image.NewGray(image.Rect(0, 0, 8, 8))
			for p := range picture.Pix {
				picture.Pix[p] = uint8(p * (i + 1) * 4)
			}
			e.AddImage("digits", picture, 5)
			e.AddImage("weights", picture, i)
		})))
	}
	pages := map[string]string{
		"differences": comparing(ids...), "flipped": comparing(ids...) + "&flip=1", "source": comparing(short(old), short(fresh)) + "&tab=source",
		"one": comparing(ids[0]), "none": "/compare", "unknown": comparing(ids[0], ids[1], "ffff0000"), "charts": comparing(ids...) + "&tab=charts",
		"parallel": comparing(ids...) + "&tab=parallel", "images": comparing(pictures...) + "&tab=images",
	}
	for _, look := range []struct {
		name          string
		width, height int
		dark          bool
	}{{"light", 1440, 900, false}, {"dark", 1024, 800, true}, {"phone", 390, 844, false}} {
		tab := browsertest.NewTab(t, look.width, look.height, look.dark)
		for name, url := range pages {
			tab.Open(b.url + url)
			tab.Axe()
			tab.NoSidewaysScroll()
			tab.FullScreenshot("compare-" + name + "-" + look.name)
		}
	}
}

func TestCompareLinksInABrowser(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25, 0.0625)
	tab := browsertest.NewTab(t, 1200, 800, false)
	tab.Open(b.url + comparing(ids...))
	if got := tab.Attribute("[data-copy-link]", "data-copy"); got != b.url+comparing(ids...) {
		t.Errorf("the link to copy is %q", got)
	}
	tab.Settle()
	tab.Click("#compare-" + ids[2] + " .act")
	tab.Poll(`location.search.startsWith("?run=` + ids[2] + `&run=` + ids[0] + `")`)
	tab.Settle()
	tab.Click(".compare-runs li:last-child .act:last-child")
	tab.Poll(`document.querySelector("h1").textContent == "2 runs"`)
	tab.Settle()
	tab.Click(".compare-add summary")
	tab.Click(".compare-offers a")
	tab.Poll(`document.querySelector("h1").textContent == "3 runs"`)
	tab.Settle()
	tab.Type("#only", "lr\r")
	tab.Poll(`document.querySelectorAll(".compare tbody tr").length == 1`)
	if url := tab.URL(); !strings.HasSuffix(url, "&only=lr") {
		t.Errorf("the address is %s", url)
	}
	tab.Settle()
	tab.Back()
	tab.Poll(`document.querySelectorAll(".compare tbody tr").length > 1`)
}
