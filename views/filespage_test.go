package views

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// put writes a file of a run.
func put(t testing.TB, e *recorder.Experiment, name string, data []byte) {
	t.Helper()
	f, err := e.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func pngBytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const scriptSVG = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`

func TestFilesPage(t *testing.T) {
	b := newBench(t)
	picture := pngBytes(t)
	files := map[string][]byte{
		"model/weights.bin": {0, 1, 2}, "pic.png": picture, "table.csv": []byte("a,b\n1,2\n"), "page.html": []byte("<script>alert(1)</script>"),
		"drawing.svg": []byte(scriptSVG), "empty": {}, "odd \"name'.txt": []byte("x"), "doc.pdf": []byte("%PDF-1.7\x00"), "fake.png": []byte("<script>alert(1)</script>"),
	}
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for name, data := range files {
			put(t, e, name, data)
		}
	})
	url := runURL(id, "files")
	page := b.get(url, http.StatusOK)
	for _, want := range []string{"9 files", "model/</span>weights.bin", `href="` + url + `/odd%20%22name%27.txt"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the list lacks %s:\n%s", want, page)
		}
	}
	for path, want := range map[string]string{
		"/pic.png": `<img src="` + url + `/pic.png?raw=1"`, "/table.csv": "<code>a,b</code>", "/page.html": "&lt;", "/drawing.svg": `<img src="`, "/empty": "The file is empty.", "/model/weights.bin": "This is no text, so",
	} {
		if page := b.get(url+path, http.StatusOK); !strings.Contains(page, want) || strings.Contains(page, "<script>alert") {
			t.Errorf("%s lacks %s:\n%s", path, want, page)
		}
	}
	for path, want := range map[string]string{
		"pic.png": "image/png", "fake.png": "image/png", "table.csv": "text/plain; charset=utf-8", "page.html": "text/plain; charset=utf-8",
		"drawing.svg": "image/svg+xml", "doc.pdf": "application/octet-stream attachment", "model/weights.bin": "application/octet-stream attachment", "empty": "text/plain; charset=utf-8",
		"odd%20%22name'.txt": "text/plain; charset=utf-8",
	} {
		answer, err := http.Get(b.url + url + "/" + path + "?raw=1")
		if err != nil {
			t.Fatal(err)
		}
		data, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		h := answer.Header
		disposition, _, _ := strings.Cut(h.Get("Content-Disposition"), ";")
		if got := strings.TrimSpace(h.Get("Content-Type") + " " + disposition); got != want {
			t.Errorf("%s comes as %q, want %q", path, got, want)
		}
		if !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s comes with %v", path, h)
		}
		if name := strings.NewReplacer("%20", " ", "%22", `"`).Replace(path); !bytes.Equal(data, files[name]) {
			t.Errorf("%s comes as %q", path, data)
		}
	}
}

func TestDownloadName(t *testing.T) {
	for name, want := range map[string]string{
		"a/b.txt": "b.txt", "a\r\nSet-Cookie: x": "a__Set-Cookie_ x", `..\..\evil`: "_.._evil", "...": "file", "": "file", "naïve \u202egpj.exe": "naïve _gpj.exe", `q"uo'te`: "q_uo'te",
		strings.Repeat("é", 300): strings.Repeat("é", 100),
	} {
		if got := downloadName(name); got != want {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
	}
}

// No path leads out of a run's files or source, of a run that goes on or of one
// that has ended; and a FIFO does not hang.
func TestPathsStayInside(t *testing.T) {
	b := newBench(t)
	const canary = "CANARY-5f1c"
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	o := recorder.Options{Dir: b.dir, Quiet: true, NoSystem: true}
	e := recorder.Start(o)
	put(t, e, "ok.txt", []byte("fine\n"))
	dir := filepath.Join(e.Dir(), "files")
	for name, target := range map[string]string{"absolute": outside, "relative": "../../../../../../../../../../" + outside, "folder": filepath.Dir(outside), "inside": "ok.txt"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	makeFIFO(t, filepath.Join(dir, "fifo"))
	check := func(when string) {
		for _, tab := range []string{"files", "source"} {
			for _, path := range []string{
				"..", "../run.msgpack", "%2e%2e/run.msgpack", "%2e%2e%2frun.msgpack", "..%2f..%2fjournal", "%252e%252e%252frun.msgpack", "..%5c..%5cx", `..\..\x`, "%00", "ok.txt%00.png", ";..", "..;/x", "%23", "//etc/passwd",
				"%2fetc%2fpasswd", "absolute", "relative", "folder/secret.txt", "./ok.txt/../../x", "C:%5cx", "%2e", "ok.txt/", "fifo", "none",
			} {
				for _, query := range []string{"", "?raw=1"} {
					status, body := b.asIs(runURL(e.ID(), tab) + "/" + path + query)
					if strings.Contains(body, canary) || strings.Contains(body, "root:x:") {
						t.Errorf("%s, %s/%s%s leads out", when, tab, path, query)
					}
					link := tab == "files" && query == "" && (path == "absolute" || path == "relative") // is named, not followed
					if status == http.StatusOK && !link && !(tab == "files" && path == "fifo" && query == "") || status >= 500 {
						t.Errorf("%s, %s/%s%s gives %d:\n%s", when, tab, path, query, status, body)
					}
				}
			}
		}
		if status, body := b.asIs(runURL(e.ID(), "files") + "/ok.txt?raw=1"); status != http.StatusOK || !strings.HasSuffix(body, "fine\n") {
			t.Errorf("%s, ok.txt gives %d: %s", when, status, body)
		}
		b.get(runURL(e.ID(), "files"), http.StatusOK)
	}
	check("while it runs")
	e.Finish()
	check("in the end")
}

// asIs sends a path as it is, which clients otherwise clean up, and follows no
// redirect.
func (b *bench) asIs(path string) (status int, answer string) {
	b.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)
	data, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(data), "HTTP/1.1 %d", &status); err != nil {
		b.Fatalf("%s: %q", path, data)
	}
	return status, string(data)
}

// A large file is kept as a pointer: it is shown where its content is, and said
// to be missing where it is not.
func TestLargeFiles(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "config", "exprec.lfsThreshold", "1k")
	b := benchOf(t, dir)
	content := strings.Repeat("0123456789\n", 300)
	b.write("own/large.txt", strings.Repeat("abcdefghi\n", 300))
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) { put(t, e, "large.txt", []byte(content)) })
	removeAll(b, "own")
	files, source := runURL(id, "files"), runURL(id, "source")+"/own"
	if page := b.get(files, http.StatusOK); !strings.Contains(page, "large file") || !strings.Contains(page, "3.3 kB") {
		t.Errorf("the list:\n%s", page)
	}
	for path, want := range map[string]string{files + "/large.txt": "0123456789", source + "/large.txt": "abcdefghi"} {
		if page := b.get(path, http.StatusOK); !strings.Contains(page, want) || strings.Contains(page, "git-lfs") {
			t.Errorf("%s does not show the content:\n%s", path, page)
		}
	}
	if got := b.get(files+"/large.txt?raw=1", http.StatusOK); got != content {
		t.Errorf("%d bytes come, want %d", len(got), len(content))
	}

	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	run, err := p.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.PlanPrune(t.Context(), []*recorder.Run{run}, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{files, source} {
		if page := b.get(path+"/large.txt", http.StatusOK); !strings.Contains(page, "The content is not here") || strings.Contains(page, "<code>0123") {
			t.Errorf("%s does not say that the content is gone:\n%s", path, page)
		}
		b.get(path+"/large.txt?raw=1", http.StatusNotFound)
	}
	if page := b.get(files+"/large.txt", http.StatusOK); !strings.Contains(page, "given back") {
		t.Errorf("the page does not say why:\n%s", page)
	}
	if data := b.get(runURL(id, "source")+".tar.gz", http.StatusOK); len(data) == 0 {
		t.Error("there is no archive of the rest")
	}
}
