package browsertest

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// stopped is what a witness panics with where a test would have ended.
var errStopped = errors.New("the test would have ended")

// witness is a test that only notes that it failed.
type witness struct {
	testing.TB
	said    []string
	cleanup []func()
}

func (w *witness) Helper()                   {}
func (w *witness) Cleanup(f func())          { w.cleanup = append(w.cleanup, f) }
func (w *witness) Errorf(f string, a ...any) { w.said = append(w.said, fmt.Sprintf(f, a...)) }
func (w *witness) Error(a ...any)            { w.said = append(w.said, fmt.Sprint(a...)) }
func (w *witness) Fatal(a ...any)            { w.Error(a...); panic(errStopped) }
func (w *witness) Fatalf(f string, a ...any) { w.Errorf(f, a...); panic(errStopped) }

// seen runs a test in a tab and gives what it failed with.
func seen(t *testing.T, test func(tab *Tab), options ...Option) string {
	t.Helper()
	w := &witness{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != errStopped {
				panic(p)
			}
		}()
		test(NewTab(w, 800, 600, false, options...))
	}()
	for _, f := range w.cleanup {
		f()
	}
	return strings.Join(w.said, "\n")
}

// pages serves documents under the policy of the dashboard.
func pages(t *testing.T, documents map[string]string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src * data:; connect-src *")
		body, ok := documents[r.URL.Path]
		switch {
		case r.URL.Path == "/favicon.ico":
			w.WriteHeader(http.StatusNoContent)
		case !ok:
			http.NotFound(w, r)
		case strings.HasSuffix(r.URL.Path, ".js"):
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, body)
		case r.URL.Path == "/broken":
			panic(http.ErrAbortHandler)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><head><title>%s</title></head><body><main><h1>Page</h1>%s</main></body></html>`, r.URL.Path, body)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Whatever a page does wrong fails its test, and says what it was.
func TestFaultsAreCaught(t *testing.T) {
	script := func(js string) map[string]string {
		return map[string]string{"/": `<p>x</p><script src="/s.js"></script>`, "/s.js": js}
	}
	for name, c := range map[string]struct {
		documents map[string]string
		want      string
	}{
		"inline style":     {map[string]string{"/": `<p style="color:red">x</p>`}, "ContentSecurityPolicyIssue"},
		"style element":    {map[string]string{"/": `<style>p{color:red}</style>`}, "ContentSecurityPolicyIssue"},
		"inline script":    {map[string]string{"/": `<script>window.ran = 1</script>`}, "ContentSecurityPolicyIssue"},
		"handler":          {map[string]string{"/": `<img src="data:," onerror="1" alt="">`}, "ContentSecurityPolicyIssue"},
		"console.error":    {script(`console.error("it is", {a: 1})`), `console.error: "it is" Object`},
		"console.warn":     {script(`console.warn("careful")`), `console.warning: "careful"`},
		"exception":        {script(`throw new TypeError("bad thing")`), "bad thing"},
		"rejected promise": {script(`Promise.reject(new Error("never caught"))`), "never caught"},
		"dialog":           {script(`alert("look here")`), "dialog: alert: look here"},
		"eval":             {script(`try { eval("1") } catch {}`), "ContentSecurityPolicyIssue"},
		"missing file":     {map[string]string{"/": `<img src="/none.png" alt="">`}, "answer 404 Not Found for"},
		"broken answer":    {map[string]string{"/": `<img src="/broken" alt="">`, "/broken": ""}, "request failed"},
		"foreign request":  {map[string]string{"/": `<img src="http://elsewhere.test:1/a.png" alt="">`}, "request to another host: http://elsewhere.test:1/a.png"},
		"foreign fetch":    {script(`fetch("http://example.com/").catch(() => 0)`), "request to another host: http://example.com/"},
	} {
		t.Run(name, func(t *testing.T) {
			url := pages(t, c.documents)
			said := seen(t, func(tab *Tab) { tab.Open(url + "/") })
			if !strings.Contains(said, c.want) {
				t.Errorf("the tab said %q, want %q", said, c.want)
			}
		})
	}
}

// A page with nothing wrong passes, and so does an error that was meant.
func TestCleanPage(t *testing.T) {
	url := pages(t, map[string]string{
		"/":     `<p id="p">text</p><label>Name <input id="i"></label> <a id="a" href="/next">on</a><button id="b">press</button><script src="/s.js"></script>`,
		"/next": `<p>next</p>`,
		"/s.js": `document.querySelector("#b").onclick = () => { document.querySelector("#p").textContent = document.querySelector("#i").value }`,
	})
	tab := NewTab(t, 800, 600, false)
	tab.Open(url + "/")
	tab.Type("#i", "typed <b> é")
	tab.Click("#b")
	tab.Poll(`document.querySelector("#p").textContent.startsWith("typed")`)
	if got := tab.Text("#p"); got != "typed <b> é" {
		t.Errorf("the page shows %q", got)
	}
	tab.Axe()
	tab.NoSidewaysScroll()
	tab.PDF()
	tab.Click("#a")
	tab.Poll(`location.pathname == "/next"`)
	tab.Back()
	tab.Poll(`location.pathname == "/"`)
	tab.Expect(http.StatusNotFound, "/none?q=1")
	tab.Open(url + "/none?q=1")
	if info, err := os.Stat(tab.Screenshot("page")); err != nil || info.Size() == 0 {
		t.Errorf("the screenshot: %v, %v", info, err)
	}
}

func TestLooks(t *testing.T) {
	url := pages(t, map[string]string{
		"/wide":   `<svg width="3000" height="10"><rect width="3000" height="10"/></svg>`,
		"/unread": `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="><input>`,
		"/script": `<p id="p">without</p><script src="/s.js"></script>`,
		"/s.js":   `document.querySelector("#p").textContent = "with"`,
	})
	if said := seen(t, func(tab *Tab) { tab.Open(url + "/wide"); tab.NoSidewaysScroll() }); !strings.Contains(said, "scrolls sideways") {
		t.Errorf("a wide page: %q", said)
	}
	said := seen(t, func(tab *Tab) { tab.Open(url + "/unread"); tab.Axe() })
	for _, id := range []string{"image-alt", "label"} {
		if !strings.Contains(said, id) {
			t.Errorf("axe said %q, want %s", said, id)
		}
	}
	with, without := NewTab(t, 390, 800, true), NewTab(t, 390, 800, false, NoScript)
	with.Open(url + "/script")
	without.Open(url + "/script")
	if a, b := with.Text("#p"), without.Text("#p"); a != "with" || b != "without" {
		t.Errorf("with script %q, without %q", a, b)
	}
	if !Eval[bool](with, `matchMedia("(prefers-color-scheme: dark)").matches`) || Eval[bool](without, `matchMedia("(prefers-color-scheme: dark)").matches`) {
		t.Error("the colours that the reader prefers are others than asked for")
	}
	if w := Eval[int](with, "innerWidth"); w != 390 {
		t.Errorf("the tab is %d pixels wide", w)
	}
}

// A step that cannot be done ends the test.
func TestStepsThatFail(t *testing.T) {
	url := pages(t, map[string]string{"/": `<p>x</p>`})
	for want, step := range map[string]func(*Tab){
		"nothing is #none":  func(tab *Tab) { tab.Open(url); tab.Text("#none") },
		"is no address":     func(tab *Tab) { tab.Open("/") },
		"ERR_NAME_NOT_RESO": func(tab *Tab) { tab.Open("http://example.com/") },
	} {
		if said := seen(t, step); !strings.Contains(said, want) {
			t.Errorf("the tab said %q, want %q", said, want)
		}
	}
}

// Nothing of a browser stays when it was closed.
func TestBrowserEnds(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	b, err := startBrowser()
	if err != nil {
		t.Fatal(err)
	}
	left := func() int {
		entries, err := os.ReadDir(os.Getenv("TMPDIR"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if left() == 0 {
		t.Fatal("the browser has no profile in the folder for temporary files: the test looks in the wrong place")
	}
	if err := b.close(); err != nil {
		t.Error(err)
	}
	if n := left(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}
