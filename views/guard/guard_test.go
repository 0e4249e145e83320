package guard

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// secret is what a handler answers: who reads it came through.
const secret = "what the runs hold"

// serve serves behind a guard.
func serve(t *testing.T, o Options) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, secret) })
	mux.HandleFunc("POST /notes", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		io.WriteString(w, secret)
	})
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("a fault of the page") })
	mux.HandleFunc("GET /half", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "half"); panic("half-way") })
	server := httptest.NewServer(New(o)(mux))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// ask sends a request and gives the answer with its whole body.
func ask(t *testing.T, method, url string, header map[string]string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		switch name {
		case "":
		case "Host":
			r.Host = value
		default:
			r.Header.Set(name, value)
		}
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// raw sends bytes and gives the answer's status; 0 where there is none.
func raw(t *testing.T, addr, request string) (int, string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body)
}

// W1: only the names of this machine are answered, whatever the port.
func TestNames(t *testing.T) {
	local := serve(t, Options{Names: []string{"gpu-3.lab", "Proxy.Example."}})
	beyond := serve(t, Options{Beyond: true, Names: []string{"gpu-3.lab"}})
	token := serve(t, Options{Beyond: true, Token: "t"})
	for _, c := range []struct {
		host                 string
		local, beyond, token bool
	}{
		{"localhost", true, true, true},
		{"localhost:8080", true, true, true},
		{"localhost:1", true, true, true},
		{"LOCALHOST:8080", true, true, true},
		{"localhost.", true, true, true},
		{"exprec.localhost:8080", true, true, true},
		{"127.0.0.1", true, true, true},
		{"127.0.0.1:9090", true, true, true},
		{"127.8.9.10:80", true, true, true},
		{"[::1]", true, true, true},
		{"[::1]:8080", true, true, true},
		{"[::ffff:127.0.0.1]:8080", true, true, true},
		{"gpu-3.lab:8080", true, true, true},
		{"GPU-3.lab.", true, true, true},
		{"192.168.1.7:8080", false, true, true},
		{"[fe80::1]:8080", false, true, true},
		{"evil.test", false, false, true},
		{"127.0.0.1.nip.io", false, false, true},
		{"localhost.evil.com", false, false, true},
		{"evillocalhost", false, false, true},
		{"127.1", false, false, true},
		{"2130706433", false, false, true},
		{"0x7f.0.0.1", false, false, true},
		{"0.0.0.0:8080", false, false, false},
		{"[::]:8080", false, false, false},
		{"[::1%25lo]:8080", false, false, false},
		{"localhost:8080:80", false, false, false},
		{"localhost:eighty", false, false, false},
		{"localhost:99999", false, false, false},
		{"::1", false, false, false},
		{"evil.test/localhost", false, false, false},
		{"evil.test@localhost", false, false, false},
		{"", false, false, false},
	} {
		for addr, want := range map[string]bool{local: c.local, beyond: c.beyond, token: c.token} {
			status, body := raw(t, addr, "GET / HTTP/1.1\r\nHost: "+c.host+"\r\nAuthorization: Bearer t\r\nConnection: close\r\n\r\n")
			if got := status == http.StatusOK && body == secret; got != want || !got && strings.Contains(body, secret) {
				t.Errorf("Host %q: %d %q, want it to pass: %v (guards: local %s, beyond %s, token %s; here %s)", c.host, status, body, want, local, beyond, token, addr)
			}
		}
	}
	if status, body := raw(t, local, "GET / HTTP/1.0\r\n\r\n"); status != http.StatusForbidden || body == secret {
		t.Errorf("without a Host header: %d %q", status, body)
	}
	if status, _ := raw(t, local, "GET http://evil.test/ HTTP/1.1\r\nHost: localhost\r\n\r\n"); status != http.StatusForbidden {
		t.Errorf("with another host in the request line: %d", status)
	}
}

// W3, W9, W11: what another site sends ends here, but for links.
func TestCrossOrigin(t *testing.T) {
	addr := serve(t, Options{})
	own := "http://" + addr
	for name, c := range map[string]struct {
		method, path string
		header       map[string]string
		want         int
	}{
		"typed":                 {"GET", "/", map[string]string{"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200},
		"curl":                  {"GET", "/", nil, 200},
		"curl -d":               {"POST", "/notes", nil, 200},
		"own page":              {"GET", "/", map[string]string{"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200},
		"own form":              {"POST", "/notes", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": own}, 200},
		"own form, old browser": {"POST", "/notes", map[string]string{"Origin": own}, 200},
		"own fetch, old":        {"GET", "/", map[string]string{"Origin": own}, 200},
		"a link elsewhere":      {"GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200},
		"a form elsewhere":      {"POST", "/notes", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Origin": "https://evil.test"}, 403},
		"another port":          {"POST", "/notes", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"}, 403},
		"form, old browser":     {"POST", "/notes", map[string]string{"Origin": "https://evil.test"}, 403},
		"form, null":            {"POST", "/notes", map[string]string{"Origin": "null"}, 403},
		"typed post":            {"DELETE", "/", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		"an image elsewhere":    {"GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403},
		"a frame elsewhere":     {"GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403},
		"a script, other port":  {"GET", "/", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, 403},
		"EventSource elsewhere": {"GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://evil.test", "Accept": "text/event-stream"}, 403},
		"fetch, old browser":    {"GET", "/", map[string]string{"Origin": "https://evil.test"}, 403},
		"fetch, null":           {"GET", "/", map[string]string{"Origin": "null"}, 403},
	} {
		answer, body := ask(t, c.method, own+c.path, c.header)
		if answer.StatusCode != c.want || (c.want == 200) != (body == secret) {
			t.Errorf("%s: %s %q, want %d", name, answer.Status, body, c.want)
		}
		for h := range answer.Header {
			if strings.HasPrefix(h, "Access-Control-") {
				t.Errorf("%s: the answer has %s", name, h)
			}
		}
	}
}

// W9: every answer has the headers, whatever it is.
func TestHeaders(t *testing.T) {
	addr := serve(t, Options{Token: "right", Port: 1})
	know := map[string]string{"Authorization": "Bearer right"}
	with := func(name, value string) map[string]string {
		return map[string]string{"Authorization": "Bearer right", name: value}
	}
	for _, c := range []struct {
		method, path string
		header       map[string]string
		want         int
	}{
		{"GET", "/", know, 200},
		{"HEAD", "/", know, 200},
		{"GET", "/?token=right", nil, 303},
		{"GET", "/", nil, 401},
		{"GET", "/", with("Sec-Fetch-Site", "cross-site"), 403},
		{"GET", "/", with("Host", "evil.test"), 403},
		{"GET", "/nowhere", know, 404},
		{"POST", "/", know, 405},
		{"TRACE", "/", know, 405},
		{"GET", "/?q=" + strings.Repeat("x", MaxQuery), know, 414},
		{"GET", "/panic", know, 500},
		{"GET", "//a/../", know, 307},
	} {
		answer, _ := ask(t, c.method, "http://"+addr+c.path, c.header)
		if answer.StatusCode != c.want {
			t.Errorf("%s %.30s: %s, want %d", c.method, c.path, answer.Status, c.want)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy":      policy,
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s %.30s (%d): %s: %q, want %q", c.method, c.path, c.want, name, got, want)
			}
		}
		if got := answer.Header.Get("Cross-Origin-Opener-Policy"); (got == "same-origin") != (c.header["Host"] == "") {
			t.Errorf("%s %.30s: Cross-Origin-Opener-Policy: %q", c.method, c.path, got)
		}
	}
}

// W10: what is too large is refused, also when its length is not said before.
func TestLimits(t *testing.T) {
	addr := serve(t, Options{})
	post := func(body io.Reader) int {
		answer, err := http.Post("http://"+addr+"/notes", "text/plain", body)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for size, want := range map[int]int{0: 200, MaxBody: 200, MaxBody + 1: 413} {
		text := strings.Repeat("x", size)
		if got := post(strings.NewReader(text)); got != want {
			t.Errorf("%d bytes: %d, want %d", size, got, want)
		}
		if got := post(struct{ io.Reader }{strings.NewReader(text)}); got != want {
			t.Errorf("%d bytes in chunks: %d, want %d", size, got, want)
		}
	}
}

// A panic is an error of one request, and is reported.
func TestPanic(t *testing.T) {
	reports := make(chan string, 10) // a client may ask again
	addr := serve(t, Options{Report: func(s string) { reports <- s }})
	if answer, body := ask(t, "GET", "http://"+addr+"/panic", nil); answer.StatusCode != 500 || strings.Contains(body, "a fault") {
		t.Errorf("%s %q", answer.Status, body)
	}
	if report := <-reports; !strings.Contains(report, "a fault of the page") || !strings.Contains(report, "guard_test.go") {
		t.Errorf("reported: %q", report)
	}
	answer, err := http.Get("http://" + addr + "/half")
	if err == nil {
		_, err = io.ReadAll(answer.Body)
		answer.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looks like a whole one")
	}
	<-reports
}
