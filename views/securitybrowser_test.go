package views

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// W1: a page under a name that was made to lead here reads nothing and changes
// nothing, though for the browser both are one site.
func TestReboundName(t *testing.T) {
	b := newBench(t)
	run := b.record(recorder.Options{Name: "very-secret"}, func(*recorder.Experiment) {})
	before := b.refs()
	rebound := "http://evil.test:" + strings.TrimPrefix(b.url, "http://127.0.0.1:")
	tab := browsertest.NewTab(t, 800, 600, false)
	for _, path := range []string{"/", "/favicon.ico", "/runs/" + run, "/runs/" + run + "/notes"} {
		tab.Expect(403, path)
	}
	tab.Open(rebound + "/")
	if text := tab.Text("body"); strings.Contains(text, "very-secret") || !strings.Contains(text, "not a name of this dashboard") {
		t.Errorf("the page is %q", text)
	}
	for _, js := range []string{
		`fetch("/").then(answer => answer.text())`,
		`fetch("/runs/` + run + `").then(answer => answer.text())`,
		`fetch("/runs/` + run + `/notes", {method: "POST", body: new URLSearchParams({title: "taken"})}).then(answer => answer.text())`,
	} {
		if text := browsertest.Eval[string](tab, js); strings.Contains(text, "very-secret") || !strings.Contains(text, "not a name of this dashboard") {
			t.Errorf("%s: %q", js, text)
		}
	}
	if b.refs() != before {
		t.Error("the run was changed")
	}
	// By its own names, the same Chromium gets the page.
	own := browsertest.NewTab(t, 800, 600, false)
	own.Open(strings.Replace(b.url, "127.0.0.1", "localhost", 1) + "/")
	if text := own.Text("main"); !strings.Contains(text, "very-secret") {
		t.Errorf("the page of localhost is %q", text)
	}
}

// payloads are texts that would be markup, script or another address, if one page
// took them for more than text.
var payloads = []string{
	`<img src=x onerror="window.__pwn=1">`,
	`"onmouseover="window.__pwn=2" autofocus onfocus="window.__pwn=2`,
	`'><script>window.__pwn=3</script>`,
	`</script><script>window.__pwn=4</script>`,
	`javascript:window.__pwn=5`,
	`{{constructor.constructor('window.__pwn=6')()}}`,
	"${window.__pwn=7}`+`",
	`<svg/onload=window.__pwn=8>`,
	"x\u2028window.__pwn=9\u2029\u202e",
	`</title></textarea></style><style>*{display:none}</style>`,
	`&lt;img src=x onerror=window.__pwn=11&gt;&#60;b&#62;`,
	`[x](javascript:window.__pwn=12) ![i](http://evil.test/i.png) <iframe srcdoc="<script>top.__pwn=12</script>">`,
}

// hostile records runs of which every text is a payload, one run for each, and
// gives their ids. The last run has the names of all of them.
func (b *bench) hostile() []string {
	b.Helper()
	b.Setenv("GIT_AUTHOR_NAME", "<img src=x onerror=window.__pwn=21>")
	var ids []string
	for i, p := range payloads {
		file := strings.NewReplacer("/", "⁄", "\u2028", "_", "\u2029", "_", "\u202e", "_").Replace(p)
		b.write("hostile/"+file, p+"\n")
		c := b.command(recorder.Options{Title: p, Name: p, Group: p})
		e := c.s.Experiment()
		e.SetParameter(p, p)
		names := []string{p}
		if i == len(payloads)-1 {
			names = payloads
		}
		for _, name := range names {
			e.SetParameter("nested", map[string]any{name: map[string]any{name: name}})
			e.AddScalar(name, 1, 1)
			e.AddScalar(name, 2, 2)
			e.SetResult("result "+name, 3)
			e.AddImage(name, plainSquare(9), 1)
		}
		b.addFile(e, "hostile/"+file, p)
		c.out("%s\n\x1b]8;;javascript:window.__pwn=22\x07%s\x1b]8;;\x07\x1b[31m%s\n", p, p, p)
		c.err("%s\n", p)
		e.Fail(errors.New(p))
		ids = append(ids, c.end())
		b.edit(ids[i], recorder.Edit{Description: &p, Conclusion: &p})
	}
	b.remove("hostile")
	return ids
}

// W5, T5: whatever a run's texts are, they are shown as text, on every page.
func TestHostileTextIsText(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "checkout", "-q", "-b", "<script>window.__pwn=20<⁄script>")
	b := benchOf(t, dir)
	ids := b.hostile()
	last := ids[len(ids)-1]
	tab := browsertest.NewTab(t, 1440, 900, false)
	harmless := func(where string) {
		t.Helper()
		tab.Settle()
		if pwned := browsertest.Eval[string](tab, "String(window.__pwn)"); pwned != "undefined" {
			t.Errorf("%s ran script number %s", where, pwned)
		}
		if tab.Count("main h1") != 1 || browsertest.Eval[bool](tab, "getComputedStyle(document.querySelector('main h1')).display == 'none'") {
			t.Errorf("%s is another page than it was", where)
		}
		if n := tab.Count("iframe, object, embed, [onerror], [onload], [onfocus], a[href^='javascript'], img[src^='http']"); n != 0 {
			t.Errorf("%s has %d elements that came from a run", where, n)
		}
		tab.Check()
	}
	shows := func(where string, texts ...string) {
		t.Helper()
		have := browsertest.Eval[string](tab, "document.querySelector('main').textContent + ' ' + [...document.querySelectorAll('input, textarea')].map(e => e.value).join(' ')")
		for _, text := range texts {
			if !strings.Contains(have, visible(text)) && !strings.Contains(have, text) {
				t.Errorf("%s does not show %q as text", where, text)
			}
		}
	}
	tab.Open(b.url + "/?n=100")
	harmless("the list of runs")
	shows("the list of runs", payloads[:4]...)
	tab.Type("#q", "<")
	tab.Settle()
	harmless("the completion")
	for i, id := range ids {
		tab.Open(b.url + "/runs/" + id)
		harmless("the page of run " + payloads[i])
		shows("the page of run "+payloads[i], payloads[i])
	}
	for _, v := range b.crawl(last) {
		if !v.page() || !strings.Contains(v.path, last) && !strings.Contains(v.path, short(last)) {
			continue
		}
		tab.Open(b.url + v.path)
		harmless(v.path)
	}
	for _, path := range []string{
		"/compare?run=" + short(last) + "&run=" + short(ids[0]),
		"/?q=" + url.QueryEscape(payloads[0]), "/?q=" + url.QueryEscape(payloads[1]),
		"/?group=" + url.QueryEscape(payloads[2]), "/?cols=" + url.QueryEscape("+"+payloads[3]), "/?sort=" + url.QueryEscape(payloads[0]),
	} {
		tab.Expect(http.StatusBadRequest, path) // what cannot be read is said on a page
		tab.Open(b.url + path)
		harmless(path)
	}
}
