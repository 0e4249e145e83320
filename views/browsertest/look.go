package browsertest

import (
	"bytes"
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axeSource string

// ScreenshotsVariable names the environment variable with the folder that
// screenshots go to, instead of the test's own folder.
const ScreenshotsVariable = "EXPREC_SCREENSHOTS"

// Screenshot keeps what the tab shows as NAME.png in the test's folder for
// artifacts (go test -artifacts keeps it), or in that of ScreenshotsVariable. It
// gives the file's name.
func (tab *Tab) Screenshot(name string) string {
	tab.t.Helper()
	return tab.keep(name, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
}

// FullScreenshot is Screenshot of the page down to its end.
func (tab *Tab) FullScreenshot(name string) string {
	tab.t.Helper()
	return tab.keep(name, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: new(true)})
}

func (tab *Tab) keep(name string, params page.CaptureScreenshotParams) string {
	tab.t.Helper()
	picture := run(tab, "take a screenshot", func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		answer, err := cdp.Call(ctx, t, page.CaptureScreenshot, params)
		return answer.Data, err
	})
	dir := os.Getenv(ScreenshotsVariable)
	if dir == "" {
		dir = tab.t.ArtifactDir()
	}
	file := filepath.Join(dir, name+".png")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		tab.t.Fatal(err)
	}
	return file
}

// PDF prints the page and wants pages to come out.
func (tab *Tab) PDF() []byte {
	tab.t.Helper()
	pdf := run(tab, "print", chromedp.PrintToPDF())
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf, []byte("/Page")) {
		tab.t.Errorf("browser: printing gave %d bytes that are no PDF", len(pdf))
	}
	return pdf
}

// NoSidewaysScroll fails the test where the page is wider than the tab.
func (tab *Tab) NoSidewaysScroll() {
	tab.t.Helper()
	type widths struct {
		Page, Tab int
		Wide      string
	}
	w := Eval[widths](tab, `(() => {
		const tab = document.documentElement.clientWidth, wide = [];
		for (const e of document.body.querySelectorAll("*")) {
			if (e.getBoundingClientRect().right > tab + 1) wide.push(e.tagName.toLowerCase() + "." + e.getAttribute("class"));
		}
		return {Page: document.documentElement.scrollWidth, Tab: tab, Wide: wide.slice(0, 5).join(" ")};
	})()`)
	if w.Page > w.Tab {
		tab.t.Errorf("browser: %s scrolls sideways: it is %d pixels wide in a tab of %d, because of %s", tab.URL(), w.Page, w.Tab, w.Wide)
	}
}

// Axe fails the test with everything that axe-core finds to be wrong for readers
// with a keyboard, a screen reader or weak eyes.
func (tab *Tab) Axe() {
	tab.t.Helper()
	type violation struct {
		ID, Help string
		Nodes    []string
	}
	// Chromium lets the developer tools run script whatever the page's policy is.
	tab.Eval(axeSource + ";0")
	for _, v := range Eval[[]violation](tab, `axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(v => ({
		ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 5).map(n => n.html + " " + (n.any[0] ?? n.all[0] ?? n.none[0] ?? {}).message),
	})))`) {
		tab.t.Errorf("browser: axe: %s: %s: %s\n\t%s", tab.URL(), v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}
