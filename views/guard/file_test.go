package guard

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// W6: a file of a run is one of a few types, or kept; and always harmless.
func TestFile(t *testing.T) {
	const text, kept = "text/plain; charset=utf-8", "application/octet-stream"
	for name, want := range map[string]string{
		"a.png": "image/png", "A.JPG": "image/jpeg", "x/y.gif": "image/gif", "a.webp": "image/webp", "a.svg": "image/svg+xml",
		"a.txt": text, "a.html": text, "a.HTM": text, "a.js": text, "a.xml": text, "a.json": text, "a.css": text, "train.py": text, ".env": text,
		"model.bin": kept, "a.pdf": kept, "a.svgz": kept, "a.swf": kept, "a.mhtml": kept, "a": kept, "": kept, "a.": kept, "png": kept,
		"a.png.exe": kept, "a.html ": kept, "a.txt .log": text, "a. ": kept,
	} {
		w := httptest.NewRecorder()
		shown := File(w, name)
		h := w.Header()
		if got := h.Get("Content-Type"); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
		if attached := strings.HasPrefix(h.Get("Content-Disposition"), "attachment"); attached != (want == kept) || shown == attached {
			t.Errorf("%q: shown %v, Content-Disposition %q", name, shown, h.Get("Content-Disposition"))
		}
		if !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none';") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q: %v", name, h)
		}
	}
}

// W8: no name of a file becomes another header, another parameter or a path.
func TestAttach(t *testing.T) {
	for name, want := range map[string]string{
		"model.bin":             `attachment; filename=model.bin`,
		"a b.bin":               `attachment; filename="a b.bin"`,
		`a".bin; filename=evil`: `attachment; filename="a\".bin; filename=evil"`,
		"a\r\nSet-Cookie: x=1":  `attachment; filename*=utf-8''a%0D%0ASet-Cookie%3A%20x%3D1`,
		"../../etc/passwd":      `attachment; filename=passwd`,
		`..\..\boot.ini`:        `attachment; filename=.._.._boot.ini`,
		"modèle.bin":            `attachment; filename*=utf-8''mod%C3%A8le.bin`,
		"a\x00b\xff":            `attachment; filename=a_b_`,
		"..":                    `attachment; filename=file`,
		"":                      `attachment; filename=file`,
	} {
		w := httptest.NewRecorder()
		Attach(w, name)
		if got := w.Header().Get("Content-Disposition"); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
		if strings.ContainsAny(w.Header().Get("Content-Disposition"), "\r\n") {
			t.Errorf("%q ends the header", name)
		}
	}
}

// The guard's own headers give way to those of a file.
func TestFileBehindGuard(t *testing.T) {
	server := httptest.NewServer(New(Options{})(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		File(w, "page.html")
		w.Write([]byte("<script>"))
	})))
	defer server.Close()
	answer, _ := ask(t, "GET", server.URL, nil)
	if got := answer.Header.Values("Content-Security-Policy"); len(got) != 1 || got[0] != filePolicy {
		t.Errorf("the policy is %q", got)
	}
	if got := answer.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("the type is %s", got)
	}
}
