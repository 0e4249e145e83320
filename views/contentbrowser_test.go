package views

import (
	"fmt"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// contentRun records a run with something to see on every tab.
func (b *bench) contentRun() (before, id string) {
	b.Helper()
	b.write("own/net.py", "class Net:\n    def __init__(self, width=64):\n        self.width = width  # units\n")
	before = b.command(recorder.Options{}).end()
	b.write("own/net.py", "@model\nclass Net:\n    def __init__(self, width=128):\n        self.width = width + 0.5 if True else None  # \"units\"\n        print('x', [int(w) for w in range(width)])\n")
	c := b.command(recorder.Options{})
	put(b, c.s.Experiment(), "pic.png", pngBytes(b))
	put(b, c.s.Experiment(), "out/table.csv", []byte("a,b\n1,2\n"))
	c.out("$ train\n\x1b[36mINFO\x1b[0m \x1b[2mfaint\x1b[0m \x1b[41m ERROR \x1b[0m \x1b[7minverse\x1b[0m \x1b[30;47mblack\x1b[0m \x1b[38;5;17mnavy\x1b[0m \x1b[38;5;208;48;5;220mlow\x1b[0m \x1b]8;;https://example.org\x07link\x1b]8;;\x07\u202e\n")
	c.err("\x1b[33mWARN\x1b[0m few workers\n")
	for i := range 60 {
		c.out("step %d loss=0.%d\n", i, i)
	}
	return before, c.end()
}

// The pages are in order for readers of all kinds, on large screens and small
// ones.
func TestContentInTheBrowser(t *testing.T) {
	b := newBench(t)
	before, id := b.contentRun()
	b.Cleanup(func() { removeAll(b, "own") })
	for _, look := range []struct {
		name          string
		width, height int
		dark          bool
	}{{"light", 1440, 900, false}, {"dark", 1440, 900, true}, {"phone", 390, 844, false}} {
		t.Run(look.name, func(t *testing.T) {
			tab := browsertest.NewTab(t, look.width, look.height, look.dark)
			for name, path := range map[string]string{
				"output": "/output?times=1", "found": "/output?find=step+1", "source": "/source", "file": "/source/own/net.py", "changes": "/source?diff=" + before[:8], "beside": "/source?diff=" + before[:8] + "&split=1",
				"files": "/files", "picture": "/files/pic.png", "table": "/files/out/table.csv",
			} {
				tab.Open(b.url + "/runs/" + id[:8] + path)
				tab.Screenshot(name + "-" + look.name)
				tab.NoSidewaysScroll()
				tab.Axe()
			}
		})
	}
}

// Lines come as they are printed. A reader at the end stays there, one who has
// scrolled up stays where he is.
func TestOutputFollowsInTheBrowser(t *testing.T) {
	b := newBench(t)
	c := b.command(recorder.Options{})
	for i := range 300 {
		c.out("line %d\n", i+1)
	}
	c.out("10%%")
	tab := browsertest.NewTab(t, 1000, 700, false)
	tab.Open(b.url + runURL(c.id(), "output"))
	const atEnd = `(() => { const c = document.getElementById("console"); return c.scrollHeight - c.scrollTop - c.clientHeight < 40; })()`
	tab.Poll(atEnd)
	c.out("\r90%%\nmore\n")
	tab.Poll(`document.querySelector("#L301 code")?.textContent === "90%" && document.querySelector("#L302 code")?.textContent === "more"`)
	if !browsertest.Eval[bool](tab, atEnd) {
		t.Error("the reader at the end was left behind")
	}
	tab.Eval(`document.getElementById("console").scrollTop = 1000`)
	tab.Poll(`!document.getElementById("output-follow").checked`)
	c.out("even more\n")
	tab.Poll(`document.querySelector("#L303 code")?.textContent === "even more"`)
	if at := browsertest.Eval[float64](tab, `document.getElementById("console").scrollTop`); at != 1000 {
		t.Errorf("the reader who had scrolled up is at %v", at)
	}
	tab.Click("#output-follow")
	tab.Poll(atEnd)
	c.end()
}

// A link to a line opens the page of it, marks it and shows it; a click on a
// number makes such a link.
func TestLinesHaveLinks(t *testing.T) {
	b := newBench(t)
	c := b.command(recorder.Options{})
	for i := range 3200 {
		c.out("line %d\n", i+1)
	}
	url := b.url + runURL(c.end(), "output")
	const shown = `(() => {
		const line = document.querySelector(".l:target").getBoundingClientRect(), box = document.getElementById("console").getBoundingClientRect();
		return line.top >= box.top && line.bottom <= box.bottom && line.top >= 0 && line.bottom <= innerHeight;
	})()`
	tab := browsertest.NewTab(t, 1000, 700, false)
	tab.Open(url + "?line=1500#L1500")
	tab.Poll(`document.querySelector(".l:target")?.id === "L1500" && ` + shown)
	if style := browsertest.Eval[string](tab, `getComputedStyle(document.querySelector("#L1500")).backgroundColor`); style == browsertest.Eval[string](tab, `getComputedStyle(document.querySelector("#L1501")).backgroundColor`) {
		t.Errorf("the line is not marked: %s", style)
	}
	tab.Click("#L1502 a.n")
	tab.Poll(`location.search + location.hash === "?line=1502#L1502" && document.querySelector(".l:target").id === "L1502"`)

	tab.Open(url)
	tab.Poll(`document.querySelector("#L3200") && document.getElementById("console").scrollTop > 0`)
	tab.Eval(`document.getElementById("console").scrollTop = 0`)
	tab.Poll(`document.querySelector("#console .l").id === "L1001" && document.getElementById("console").scrollTop > 1000`)
	tab.Eval(`document.getElementById("console").scrollTop = 0`)
	tab.Poll(`document.querySelector("#console .l").id === "L1" && !document.querySelector("[data-older]")`)
	if n := tab.Count("#console .l"); n != 3200 {
		t.Errorf("%d lines are on the page, want 3200", n)
	}
}

// What programs print, and what files hold and are called, does nothing in a
// browser.
func TestContentDoesNothing(t *testing.T) {
	b := newBench(t)
	payloads := []string{`<img src=x onerror="window.pwn=1">`, `"><script>window.pwn=1</script>`, `</code></div><script>window.pwn=1</script>`, `javascript:window.pwn=1`, `{{constructor.constructor('window.pwn=1')()}}`, "\u2028window.pwn=1", `' onfocus=window.pwn=1 autofocus x='`}
	b.write("own/evil.html", strings.Join(payloads, "\n"))
	b.write("own/evil.py", strings.Join(payloads, "\n"))
	b.write(`own/"><img src=x onerror=window.pwn=1>.txt`, "x")
	c := b.command(recorder.Options{})
	removeAll(b, "own")
	for i, p := range payloads {
		c.out("%s\x1b]8;;%s\x07%s\x1b]8;;\x07\n", p, p, p)
		name := fmt.Sprintf("evil%d.html", i)
		put(t, c.s.Experiment(), name, []byte(p))
	}
	put(t, c.s.Experiment(), "evil.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwn=1"><script>window.pwn=1</script></svg>`))
	put(t, c.s.Experiment(), `"><img src=x onerror=window.pwn=1>`, []byte("x"))
	id := c.end()
	tab := browsertest.NewTab(t, 1000, 700, false)
	for _, path := range []string{"/output", "/output?find=pwn", "/source", "/source/own/evil.html", "/source/own/evil.py", "/source?diff=commit", "/files", "/files/evil0.html", "/files/evil.svg", "/files/evil1.html?raw=1", "/source/own/evil.html?raw=1"} {
		tab.Open(b.url + "/runs/" + id[:8] + path)
		if browsertest.Eval[bool](tab, `window.pwn !== undefined`) {
			t.Errorf("on %s something ran", path)
		}
	}
	tab.Open(b.url + runURL(id, "output"))
	text := browsertest.Eval[string](tab, `document.querySelector("#L1 code").textContent`)
	if want := payloads[0] + payloads[0]; text != want {
		t.Errorf("the line reads %q, want %q", text, want)
	}
}
