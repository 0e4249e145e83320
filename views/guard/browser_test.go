package guard

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/exprec/exprec/views/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// W2: who opens the printed address is let in and keeps no token in the address;
// who opens it without is asked for the token, on a page for everybody.
func TestTokenInBrowser(t *testing.T) {
	token := NewToken()
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(New(Options{Token: token, Port: 1})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.String()+" "+r.Referer())
		mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!DOCTYPE html><html lang="en"><title>Runs</title><main><h1>Runs</h1><a href="/next">next</a></main></html>`))
	})))
	t.Cleanup(server.Close) // after the tabs

	tab := browsertest.NewTab(t, 390, 844, true)
	tab.Expect(http.StatusUnauthorized, "/")
	tab.Expect(http.StatusUnauthorized, "/favicon.ico")
	tab.Open(server.URL + "/")
	tab.Axe()
	tab.NoSidewaysScroll()
	tab.Type("input", token)
	tab.Click("button")
	tab.Poll(`document.querySelector("h1").textContent == "Runs"`)
	if url := tab.URL(); url != server.URL+"/" {
		t.Errorf("the address is %s", url)
	}

	link := browsertest.NewTab(t, 800, 600, false)
	link.Excuse("DocumentCookie") // the test reads cookies as no page does
	link.Open(server.URL + "/runs?q=1&token=" + token)
	if url := link.URL(); url != server.URL+"/runs?q=1" {
		t.Errorf("the address is %s", url)
	}
	link.Click("a")
	link.Poll(`location.pathname == "/next"`)
	if cookie := browsertest.Eval[string](link, "document.cookie"); cookie != "" {
		t.Errorf("script reads the cookie %s", cookie)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, request := range asked {
		if strings.Contains(request, token) {
			t.Errorf("the token is in %s", request)
		}
	}
}
