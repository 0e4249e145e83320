package views

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/exprec/exprec/views/browsertest"
)

// The page is in order for readers of all kinds, on large screens and small ones.
func TestRunsPageInTheBrowser(t *testing.T) {
	b := manyRuns(t, 130)
	for _, look := range []struct {
		name          string
		width, height int
		dark          bool
	}{{"runs-light", 1440, 900, false}, {"runs-dark", 1440, 900, true}, {"runs-phone", 390, 844, false}, {"runs-tablet", 768, 1024, true}} {
		t.Run(look.name, func(t *testing.T) {
			tab := browsertest.NewTab(t, look.width, look.height, look.dark)
			tab.Open(b.url + "/")
			tab.Screenshot(look.name)
			tab.NoSidewaysScroll()
			tab.Axe()
			tab.Open(b.url + "/?q=" + url.QueryEscape("host=gpu-1 model.depth=2..3") + "&group=model.depth&sort=-val/acc")
			tab.Screenshot(look.name + "-grouped")
			tab.NoSidewaysScroll()
			tab.Axe()
		})
	}
}

// What is selected stays so on other pages, in other orders and under other
// filters, and is compared and changed from everywhere.
func TestSelectionOutlivesPages(t *testing.T) {
	b := manyRuns(t, 130)
	tab := browsertest.NewTab(t, 1440, 900, false)
	tab.Open(b.url + "/?n=50")
	tab.Click("tbody tr:nth-child(1) input")
	tab.Click("tbody tr:nth-child(3) input")
	first := tab.Attribute("tbody tr:nth-child(1) input", "value")
	tab.Poll(`document.querySelector("#pickbar .number").textContent === "2"`)
	tab.Click(`.runs-pager a[rel=next]`)
	tab.Poll(`location.search.includes("page=2")`)
	tab.Poll(`document.querySelectorAll("tbody tr.picked").length === 0`)
	tab.Click("tbody tr:nth-child(2) input")
	tab.Eval(`document.querySelector("tbody tr:nth-child(5) input").dispatchEvent(new MouseEvent("click", {shiftKey: true, bubbles: true, cancelable: true}))`)
	tab.Poll(`document.querySelector("#pickbar .number").textContent === "6"`)
	tab.Screenshot("runs-selected")
	tab.Axe()
	tab.Back()
	tab.Poll(`document.querySelectorAll("tbody tr.picked").length === 2 && document.querySelector("tbody input").value === "` + first + `"`)

	tab.Click("#pickbar [popovertarget=pick-tag]")
	tab.Type("#tag", "good")
	tab.Click("#pick-tag button")
	tab.Poll(`document.querySelector("#runs-done")?.textContent.includes("Tagged 6 runs with good")`)
	tab.Poll(`!location.search.includes("done=")`)
	tab.Poll(`document.querySelectorAll("tbody tr.picked").length === 0`)
	if got := tab.Text(`.facet a[href*="tag=good"] .n`); got != "6" {
		t.Errorf("the rail counts %q runs with the tag, want 6", got)
	}
	// What changes meanwhile leaves the way back.
	tab.Eval(`document.addEventListener("htmx:after:swap", () => { window.lookedAgain = true; })`)
	tab.Eval(`document.querySelector("#runs").dispatchEvent(new CustomEvent("exprec:changed", {bubbles: true}))`)
	tab.Poll(`window.lookedAgain`)
	tab.Click("#runs-done button")
	tab.Poll(`document.querySelector("#runs-done")?.textContent.includes("Undone")`)
	if tab.Count(".facet a[href*='tag=good']") != 0 {
		t.Error("the tag is still there after it was taken back")
	}
}

// A query is completed and refined by the keyboard alone, and the way back leads
// to what was there before it.
func TestSearchByKeyboard(t *testing.T) {
	b := manyRuns(t, 130)
	tab := browsertest.NewTab(t, 1440, 900, false)
	tab.Open(b.url + "/")
	tab.Press("/")
	tab.Poll(`document.activeElement.id === "q"`)
	tab.Eval(`document.activeElement.value = ""`) // a key pressed by a test is typed even where the page takes it
	tab.Press("stat")
	tab.Poll(`document.querySelector("#offers li code")?.textContent === "status="`)
	tab.Screenshot("runs-complete")
	tab.Axe()
	tab.Press(kb.ArrowDown)
	tab.Press(kb.Enter)
	tab.Poll(`document.querySelector("#q").value === "status="`)
	tab.Poll(`document.querySelectorAll("#offers li").length === 5`)
	tab.Press("fail")
	tab.Poll(`document.querySelectorAll("#offers li").length === 1`)
	tab.Press(kb.ArrowDown)
	tab.Press(kb.Tab)
	tab.Poll(`document.querySelector("#q").value === "status=failed "`)
	tab.Poll(`document.querySelectorAll("#runs tbody tr").length === 13`)
	tab.Poll(`location.search === "?q=status=failed"`)
	if at := browsertest.Eval[string](tab, "document.activeElement.id"); at != "q" {
		t.Errorf("the focus is at %q after the list was refined, want the search", at)
	}
	tab.Press("lr=")
	tab.Poll(`document.querySelector("#runs-notes pre")`)
	if n := tab.Count("#runs tbody tr"); n != 13 {
		t.Errorf("%d rows under a query that cannot be understood, want the last good ones: 13", n)
	}
	tab.Press(kb.Escape)
	tab.Press(kb.Escape)
	tab.Press("j")
	tab.Press("j")
	tab.Press("x")
	tab.Poll(`document.querySelectorAll("tbody tr.picked").length === 1 && document.querySelector("tbody tr:nth-child(2)").matches(".picked")`)
	tab.Back()
	tab.Poll(`location.search === "" && document.querySelectorAll("#runs tbody tr").length === 100`)
}

// Everything is reached and done without script.
func TestRunsPageWithoutScript(t *testing.T) {
	b := manyRuns(t, 130)
	tab := browsertest.NewTab(t, 1440, 900, false, browsertest.NoScript)
	tab.Open(b.url + "/")
	tab.Screenshot("runs-without-script")
	tab.Type("#q", "status=failed")
	tab.Click("#search button")
	tab.Poll(`document.querySelector(".runs-count strong").innerText === "13"`)
	tab.Click("tbody tr:nth-child(2) input")
	tab.Click("#pickbar button[value=archive]")
	tab.Poll(`document.querySelector("#runs-done").innerText.includes("Archived 1 run.")`)
	tab.Poll(`document.querySelector(".runs-count strong").innerText === "12"`)
	tab.Click("#runs-done button")
	tab.Poll(`document.querySelector(".runs-count strong").innerText === "13"`)
}

// Heads sort, with shift by one more key; columns move and stay open while they
// are chosen; a group is chosen without leaving the page.
func TestOrderAndColumnsInTheBrowser(t *testing.T) {
	b := manyRuns(t, 60)
	tab := browsertest.NewTab(t, 1440, 900, false)
	tab.Open(b.url + "/")
	tab.Click(`thead a[href$="sort=-val/acc"]`)
	tab.Poll(`location.search === "?sort=-val/acc" && document.querySelector("th[aria-sort]")`)
	at := browsertest.Eval[map[string]float64](tab, `(r => ({x: r.x + 5, y: r.y + 5}))([...document.querySelectorAll("thead a")].find(a => a.innerText === "batch").getBoundingClientRect())`)
	tab.Do(chromedp.MouseClickXY(at["x"], at["y"], chromedp.ButtonModifiers(chromedp.ModifierShift)))
	tab.Poll(`location.search === "?sort=-val/acc,batch" && document.querySelectorAll("th[aria-sort]").length === 2`)
	tab.Click(`#search a.button`)
	tab.Poll(`document.querySelector("#columns")`)
	tab.Click(`#columns [aria-label="Remove Started"]`)
	tab.Poll(`![...document.querySelectorAll("thead a")].some(a => a.innerText === "Started") && document.querySelector("#columns")`)
	tab.Click(`#columns [aria-label="min of loss"]`)
	tab.Poll(`[...document.querySelectorAll("thead a")].some(a => a.innerText === "min(loss)")`)
	tab.Axe()
	tab.Click(`#columns .push`)
	tab.Poll(`!document.querySelector("#columns") && location.search.includes("cols=")`)
	tab.Eval(`{ const by = document.querySelector("[name=group]"); by.value = "batch"; by.dispatchEvent(new Event("input", {bubbles: true})); }`)
	tab.Poll(`document.querySelectorAll("tr.group").length === 4 && location.search.includes("group=batch")`)
	tab.Back()
	tab.Poll(`document.querySelectorAll("tr.group").length === 0`)
	tab.Settle()
}
