package views

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// sourceRun records a run whose source has something of everything.
func (b *bench) sourceRun() string {
	b.Helper()
	files := map[string]string{
		"own/train.py": "import torch\n\ndef train(lr=0.1):\n    return \"<b>\" # slow\u202e\n", "own/empty.txt": "", "own/data.bin": "\x00\x01\x02",
		"own/page.html": "<script>alert(1)</script>", "own/note.ipynb": `{"cells": [{"source": "x = 1"}]}`, "own/long.json": `{"a": "` + strings.Repeat("x", 3000) + `"}`,
		"own/a b&c'.txt": "odd name\n", "own/run.sh": "#!/bin/sh\r\necho hi\r\n",
	}
	for name, content := range files {
		b.write(name, content)
	}
	for name, target := range map[string]string{"own/in": "train.py", "own/out": "../../../etc/passwd", "own/abs": "/etc/passwd"} {
		if err := os.Symlink(target, filepath.Join(b.dir, name)); err != nil {
			b.Fatal(err)
		}
	}
	id := b.record(recorder.Options{Name: "with source"}, func(*recorder.Experiment) {})
	if err := os.RemoveAll(filepath.Join(b.dir, "own")); err != nil {
		b.Fatal(err)
	}
	return id
}

func TestSourcePage(t *testing.T) {
	b := newBench(t)
	url := runURL(b.sourceRun(), "source")
	for path, want := range map[string][]string{
		"":                     {`href="` + url + `/own/train.py"`, "Uncommitted", `title="added: what changed"`, url + ".tar.gz"},
		"/own":                 {">data.bin</a>", "symbolic link", ">added</td>"},
		"/own/train.py":        {`<div class="l" id="L3"><a class="n" href="#L3">3</a><code><span class="h-keyword">def</span>`, `&lt;b&gt;`, `slow\u202e`, "4</a>", "What was not committed"},
		"/own/empty.txt":       {"The file is empty."},
		"/own/data.bin":        {"This is no text, so"},
		"/own/page.html":       {"&lt;", "alert"},
		"/own/note.ipynb":      {`<span class="h-type">&#34;cells&#34;</span>`},
		"/own/long.json":       {"1.0 kB more"},
		"/own/a%20b&c%27.txt":  {"odd name", "a b&amp;c&#39;.txt"},
		"/own/run.sh":          {"echo"},
		"/own/in":              {"A symbolic link to", `href="` + url + `/own/train.py"`},
		"/own/out":             {"no part of the source", "../../../etc/passwd"},
		"/own/abs":             {"no part of the source"},
		"?diff=commit":         {"Changed since the commit", "+4", "import torch"},
		"?diff=commit&split=1": {"one below the other", `class="diffs split"`},
	} {
		page := b.get(url+path, http.StatusOK)
		for _, words := range want {
			if !strings.Contains(page, words) {
				t.Errorf("%q lacks %s:\n%s", path, words, page)
			}
		}
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "<b>") || strings.Contains(page, "\u202e") {
			t.Errorf("%q has what is in a file as markup", path)
		}
	}
	b.get(url+"/own/none.py", http.StatusNotFound)
	b.get(url+"?diff=previous", http.StatusNotFound)
	b.get(url+"?diff=none", http.StatusNotFound)
	b.get(url+"?diff=00000000", http.StatusNotFound)
}

func TestSourceAgainstTheRunBefore(t *testing.T) {
	b := newBench(t)
	old, new := b.sourceRuns(map[string]string{"own.py": "lr = 0.1\n", "gone.py": "x\n"}, map[string]string{"own.py": "lr = 0.2\n"})
	for _, against := range []string{"previous", old[:8], old} {
		page := b.get(runURL(new, "source")+"?diff="+against, http.StatusOK)
		for _, want := range []string{"0.<mark>1</mark>", "0.<mark>2</mark>", `href="` + runURL(old, "source") + `/gone.py"`, "2 files"} {
			if !strings.Contains(page, want) {
				t.Errorf("against %s the page lacks %s:\n%s", against, want, page)
			}
		}
	}
}

// A file that was removed and not committed is in the tree as one that is gone.
func TestSourceTreeMarks(t *testing.T) {
	b := newBench(t)
	b.write("kept/new.txt", "a\n")
	id := b.record(recorder.Options{}, func(*recorder.Experiment) {})
	os.RemoveAll(filepath.Join(b.dir, "kept"))
	page := b.get(runURL(id, "source"), http.StatusOK)
	if !strings.Contains(page, `class="change change-•"`) {
		t.Errorf("the tree has no marks:\n%s", page[strings.Index(page, "source-rail"):])
	}
}

func TestSourceOfARunWithoutOne(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{NoSource: true}, func(*recorder.Experiment) {})
	if page := b.get(runURL(id, "source"), http.StatusOK); !strings.Contains(page, "No source was kept") {
		t.Errorf("the page:\n%s", page)
	}
	b.get(runURL(id, "source")+".tar.gz", http.StatusNotFound)
	b.get(runURL(id, "source")+"/x?raw=1", http.StatusNotFound)
}

func TestSourceArchive(t *testing.T) {
	b := newBench(t)
	id := b.sourceRun()
	data := b.get(runURL(id, "source")+".tar.gz", http.StatusOK)
	z, err := gzip.NewReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	found, top := map[string]string{}, "with-source-"+id[:8]+"/"
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name, ok := strings.CutPrefix(h.Name, top)
		if !ok || strings.Contains(name, "..") {
			t.Errorf("the name %q", h.Name)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		found[name] = h.Linkname + string(content)
	}
	for name, want := range map[string]string{"own/data.bin": "\x00\x01\x02", "own/in": "train.py", "own/a b&c'.txt": "odd name\n"} {
		if found[name] != want {
			t.Errorf("%s holds %q, want %q", name, found[name], want)
		}
	}
	if _, ok := found["own/out"]; ok || !strings.Contains(found[leftOutName], "own/out") || !strings.Contains(found[leftOutName], "own/abs") {
		t.Errorf("links that lead out: %v", found[leftOutName])
	}
	if got := gitstoretest.Git(t, b.dir, "show", "HEAD:train.py"); found["train.py"] != got && strings.TrimSpace(found["train.py"]) != strings.TrimSpace(got) {
		t.Errorf("train.py holds %q, want %q", found["train.py"], got)
	}
}

func TestColours(t *testing.T) {
	d := New(Options{})
	python := []byte("def f():\r\n    '''a\n    b'''\n    return 0.5  # <x>\n")
	lines := d.coloured("id", "f.py", python)
	if len(lines) != 4 || !strings.Contains(lines[1], `<span class="h-string">`) || !strings.HasPrefix(lines[2], `<span class="h-string">`) || !strings.Contains(lines[3], "&lt;x&gt;") {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	if strings.Contains(strings.Join(lines, ""), "\r") {
		t.Error("carriage returns are left")
	}
	if kept, ok := d.colours.get("id Python"); !ok || len(kept) != 4 {
		t.Error("the colours are not kept")
	}
	for name, data := range map[string][]byte{
		"f.unknown": python, "large.py": bytes.Repeat([]byte("x = 1\n"), colouredBytes/6+1), "many.py": bytes.Repeat([]byte("\n"), colouredLines+1), "wide.py": bytes.Repeat([]byte("x"), colouredLine+1),
	} {
		if d.coloured("", name, data) != nil {
			t.Errorf("%s is coloured", name)
		}
	}
}
