package guard

import (
	"net/http"
	"strings"
	"testing"
)

// W2: the token opens, in each of its forms, and nothing else does.
func TestToken(t *testing.T) {
	const right = "the-right_token"
	addr := serve(t, Options{Token: right, Port: 8080})
	for _, c := range []struct {
		method, path, name, value string
		want                      int
	}{
		{"GET", "/", "", "", 401},
		{"GET", "/", "Cookie", "exprec-8080=" + right, 200},
		{"GET", "/", "Cookie", "exprec-8080=wrong; exprec-8080=" + right, 200},
		{"GET", "/", "Cookie", "exprec-8081=" + right, 401},
		{"GET", "/", "Cookie", "exprec-8080=", 401},
		{"GET", "/", "Cookie", "exprec-8080=" + right + "x", 401},
		{"GET", "/", "Cookie", "exprec-8080=" + right[:4], 401},
		{"GET", "/", "Authorization", "Bearer " + right, 200},
		{"GET", "/", "Authorization", "Bearer wrong", 401},
		{"GET", "/", "Authorization", "Bearer ", 401},
		{"GET", "/", "Authorization", "Basic " + right, 401},
		{"POST", "/notes", "Cookie", "exprec-8080=" + right, 200},
		{"POST", "/notes", "", "", 401},
		{"POST", "/notes?token=" + right, "", "", 401},
		{"GET", "/nowhere", "", "", 401},
		{"GET", "/?token=wrong", "", "", 401},
		{"GET", "/?token=", "", "", 401},
		{"GET", "/?token=wrong", "Cookie", "exprec-8080=" + right, 303},
	} {
		answer, body := ask(t, c.method, "http://"+addr+c.path, map[string]string{c.name: c.value})
		if answer.StatusCode != c.want || (c.want == 200) != (body == secret) {
			t.Errorf("%s %s with %s %q: %s, want %d", c.method, c.path, c.name, c.value, answer.Status, c.want)
		}
		if answer.StatusCode != 200 && strings.Contains(body, right) {
			t.Errorf("%s %s: the answer has the token", c.method, c.path)
		}
	}
}

// W2, W8: the token leaves the address at once, and the way back leads nowhere
// else.
func TestTokenInAddress(t *testing.T) {
	token := NewToken()
	addr := serve(t, Options{Token: token, Port: 8080})
	for path, want := range map[string]string{
		"/":                            "/",
		"/runs/1234abcd/charts?x=1&y=": "/runs/1234abcd/charts?x=1&y=",
		"/a%2fb/%3Cb%3E?q=%26%23":      "/a%2fb/%3Cb%3E?q=%26%23",
		"//evil.test/":                 "/evil.test/",
		"///evil.test":                 "/evil.test",
		"/%5cevil.test":                "/%5cevil.test",
		`/\evil.test`:                  "/%5Cevil.test",
		"/login?next=//evil.test":      "/login?next=%2F%2Fevil.test",
	} {
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		answer, body := ask(t, "GET", "http://"+addr+path+sign+"token="+token, nil)
		if got := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || got != want || body != "" {
			t.Errorf("%s: %s to %q, want %q", path, answer.Status, got, want)
		}
		cookies := answer.Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%s: cookies %v", path, cookies)
		}
		c := cookies[0]
		if c.Name != "exprec-8080" || c.Value != token || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: the cookie is %s", path, c.Raw)
		}
	}
}

func TestNewToken(t *testing.T) {
	a, b := NewToken(), NewToken()
	if len(a) != 43 || a == b || strings.ContainsAny(a, "+/=") {
		t.Errorf("tokens %s and %s", a, b)
	}
}
