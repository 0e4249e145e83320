package views

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// W9, W12, W13: whatever is asked for with GET changes nothing, has the headers
// that keep it harmless, and loads nothing from elsewhere. That HEAD, index,
// branches and work tree stay is what newBench looks at.
func TestEveryGet(t *testing.T) {
	b := newBench(t)
	run := b.seed()
	before := b.refs()
	for _, v := range b.crawl(run) {
		if v.status >= http.StatusInternalServerError {
			t.Errorf("%s: %d\n%.500s", v.path, v.status, v.body)
		}
		policy := v.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none';") && !strings.HasPrefix(policy, "sandbox; default-src 'none';") || strings.Contains(policy, "script-src 'unsafe") {
			t.Errorf("%s has the policy %q", v.path, policy)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := v.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", v.path, name, got)
			}
		}
		for name := range v.header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s has %s", v.path, name)
			}
		}
		if v.kind == "" && v.status == http.StatusOK {
			t.Errorf("%s has no type", v.path)
		}
	}
	if after := b.refs(); after != before {
		t.Errorf("GET changed refs, from\n%s\nto\n%s", before, after)
	}
}

// W3, W11: no route can be used by another site, whatever its method.
func TestEveryRouteRefusesOtherSites(t *testing.T) {
	b := newBench(t)
	run := b.seed()
	before := b.refs()
	foreign := map[string]map[string]string{
		"another site":             {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://evil.test"},
		"another port":             {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Origin": "http://127.0.0.1:1"},
		"nowhere":                  {"Origin": "null"},
		"an old browser":           {"Origin": "http://evil.test"},
		"a name that leads here":   {"Host": "evil.test"},
		"the same with its origin": {"Host": "evil.test", "Origin": "http://evil.test", "Sec-Fetch-Site": "same-origin"},
	}
	for pattern := range b.dashboard.table() {
		method, path := routeOf(pattern, run)
		for who, header := range foreign {
			request, err := http.NewRequest(method, b.url+strings.ReplaceAll(path, "{$}", ""), strings.NewReader("title=taken&archived=true&action=archive&run="+run))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for name, value := range header {
				request.Header.Set(name, value)
			}
			request.Host = header["Host"]
			if v := b.visit(request); v.status != http.StatusForbidden || strings.Contains(string(v.body), "sweep") {
				t.Errorf("%s from %s: %d", pattern, who, v.status)
			}
		}
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE", "OPTIONS", "POST"} {
		request, err := http.NewRequest(method, b.url+"/runs/"+run, nil)
		if err != nil {
			t.Fatal(err)
		}
		if v := b.visit(request); v.status != http.StatusMethodNotAllowed {
			t.Errorf("%s of a run's page: %d", method, v.status)
		}
	}
	if after := b.refs(); after != before {
		t.Errorf("other sites changed refs, from\n%s\nto\n%s", before, after)
	}
}

// W7: no path, however it is written, leads to a file that is not a run's.
func TestPathsLeadNowhere(t *testing.T) {
	b := newBench(t)
	run := b.seed()
	canary := b.plant()
	bases := []string{"/", "/static/", "/static/0/", "/runs/", "/runs/" + run + "/"}
	for pattern := range b.patterns("GET") {
		if _, path := routeOf(pattern, run); strings.Contains(path, "/runs/") {
			base, _, _ := strings.Cut(path, "{")
			bases = append(bases, strings.TrimSuffix(base, "/")+"/")
		}
	}
	for _, base := range bases {
		for _, up := range []string{"../", "..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..%5c", `..\`, "..;/", "..%00/", ".%2e/", "%c0%ae%c0%ae/", "....//", "/", "//evil.test/", "%2f"} {
			for _, target := range []string{"canary.txt", ".git/canary.txt", "etc/passwd", "canary.txt%00.png", "canary.txt#"} {
				for _, depth := range []int{1, 3, 9} {
					path := base + strings.Repeat(up, depth) + target
					status, body := b.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
					if strings.Contains(body, canary) || strings.Contains(body, "root:x:0") {
						t.Errorf("%s shows a file that is no run's", path)
					}
					if status != http.StatusNotFound && status != http.StatusBadRequest && status != http.StatusMovedPermanently && status != http.StatusTemporaryRedirect {
						t.Errorf("%s: %d", path, status)
					}
				}
			}
		}
	}
	for _, line := range []string{"GET http://evil.test/ HTTP/1.1", "GET //evil.test/ HTTP/1.1", "GET /\x00 HTTP/1.1", "GET / HTTP/1.1\r\nX: a\x00b", "CONNECT evil.test:80 HTTP/1.1"} {
		if status, body := b.raw(line + "\r\nHost: evil.test\r\nConnection: close\r\n\r\n"); status == http.StatusOK || strings.Contains(body, "sweep") {
			t.Errorf("%q: %d", line, status)
		}
	}
}

// raw sends bytes, and gives status and whole answer; a redirect's target must be
// on this server.
func (b *bench) raw(request string) (int, string) {
	b.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		b.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	if to := answer.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
		b.Errorf("%q leads to %s", request, to)
	}
	return answer.StatusCode, string(body)
}

// W8: what a request brings along becomes no header.
func TestHeadersFromData(t *testing.T) {
	b := newBench(t)
	name := "a\r\nSet-Cookie: stolen=1\r\n\r\n<b>"
	run := b.record(recorder.Options{Name: name}, func(e *recorder.Experiment) {
		e.AddScalar(name, 1, 1)
		e.AddImage(name, plainSquare(1), 1)
	})
	for _, v := range b.crawl(run) {
		for _, c := range v.header.Values("Set-Cookie") {
			if strings.Contains(c, "stolen") {
				t.Errorf("%s sets %s", v.path, c)
			}
		}
	}
}
