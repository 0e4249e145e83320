package views

import (
	"context"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// visited is an answer of the dashboard.
type visited struct {
	path    string // with its query
	pattern string // of the table of routes
	status  int
	header  http.Header
	kind    string // its type, without parameters
	body    []byte
}

// page reports whether it is a page for people.
func (v visited) page() bool { return v.kind == "text/html" && v.status == http.StatusOK }

// mostOfEach bounds how many addresses of one route a crawl asks for.
const mostOfEach = 25

// crawl follows every link, form, image and file from the front page on, then
// asks for the routes that only scripts ask for. All were asked for with GET.
func (b *bench) crawl(run string) []visited {
	b.Helper()
	var all []visited
	seen, each := map[string]bool{}, map[string]int{}
	queue := []string{"/", "/nowhere", "/?q=%28", "/runs/" + run}
	visit := func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		request, err := http.NewRequest(http.MethodGet, b.url+path, nil)
		if err != nil {
			b.Fatalf("the pages link to %q: %v", path, err)
		}
		_, pattern := b.dashboard.mux.Handler(request)
		if each[pattern]++; each[pattern] > mostOfEach {
			return
		}
		v := b.visit(request)
		v.path, v.pattern = path, pattern
		all = append(all, v)
		queue = append(queue, b.links(v)...)
	}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		visit(path)
	}
	for pattern := range b.patterns("GET") {
		if each[pattern] == 0 {
			path := strings.NewReplacer("{run}", run, "{hash}", "0", "{name}", "none", "{$}", "", "{path...}", "none").Replace(strings.TrimPrefix(pattern, "GET "))
			visit(path)
			visit(path + "?name=loss&run=" + run + "&path=none&key=loss&step=1")
		}
	}
	for pattern := range b.patterns("GET") {
		if each[pattern] == 0 {
			b.Errorf("nothing leads to %s: the crawl must learn it", pattern)
		}
	}
	return all
}

// patterns are the routes of a method, or of all others with "!" before it.
func (b *bench) patterns(method string) map[string]handler {
	table := b.dashboard.table()
	except := strings.HasPrefix(method, "!")
	maps.DeleteFunc(table, func(pattern string, _ handler) bool {
		return (strings.HasPrefix(pattern, strings.TrimPrefix(method, "!")+" ")) == except
	})
	return table
}

// visit asks for an address. Of a stream, which does not end, only the head is
// read.
func (b *bench) visit(request *http.Request) visited {
	b.Helper()
	ctx, stop := context.WithTimeout(b.Context(), time.Minute)
	defer stop()
	answer, err := http.DefaultTransport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	v := visited{status: answer.StatusCode, header: answer.Header}
	v.kind, _, _ = mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if v.kind == "text/event-stream" {
		return v
	}
	if v.body, err = io.ReadAll(answer.Body); err != nil {
		b.Fatalf("%s: %v", request.URL, err)
	}
	return v
}

// links are the addresses on this server that an answer leads to. Whatever a page
// loads by itself must be on this server (W13).
func (b *bench) links(v visited) []string {
	b.Helper()
	var found []string
	add := func(address string, loads bool) {
		base, _ := url.Parse(b.url + v.path)
		u, err := base.Parse(address)
		if err != nil || u.Scheme+"://"+u.Host != b.url {
			if loads {
				b.Errorf("%s loads %q from elsewhere", v.path, address)
			}
			return
		}
		u.Scheme, u.Host, u.Fragment, u.RawFragment = "", "", "", ""
		found = append(found, u.String())
	}
	if to := v.header.Get("Location"); to != "" {
		add(to, true)
	}
	if v.kind != "text/html" {
		return found
	}
	document, err := html.Parse(strings.NewReader(string(v.body)))
	if err != nil {
		b.Fatal(err)
	}
	for n := range document.Descendants() {
		posts := n.Data == "form" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "method" && strings.EqualFold(a.Val, "post") })
		for _, a := range n.Attr {
			switch a.Key {
			case "href", "action", "formaction", "hx-get":
				if !posts && n.Data != "button" || a.Key == "hx-get" {
					add(a.Val, n.Data == "link" || n.Data == "form" || a.Key == "hx-get")
				}
			case "src", "poster", "data":
				add(a.Val, true)
			}
		}
	}
	return found
}

// refs are all refs of the repository.
func (b *bench) refs() string {
	b.Helper()
	return b.git("for-each-ref")
}

// routeOf is the path of a route of a run.
func routeOf(pattern, run string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, strings.ReplaceAll(path, "{run}", run)
}

func TestPatterns(t *testing.T) {
	b := newBench(t)
	gets, others := b.patterns("GET"), b.patterns("!GET")
	if len(gets) < 10 || len(others) < 3 || gets["POST /runs/{run}/notes"] != nil || others["POST /runs/{run}/notes"] == nil {
		t.Errorf("%d routes of GET and %d of other methods", len(gets), len(others))
	}
}
