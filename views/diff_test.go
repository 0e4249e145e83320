package views

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// write puts a file into the repository's work tree.
func (b *bench) write(name, content string) {
	b.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		b.Fatal(err)
	}
}

// sourceRuns records a run before and after a change of the work tree, which
// ends as it was.
func (b *bench) sourceRuns(before, after map[string]string) (old, new string) {
	b.Helper()
	record := func(files map[string]string) string {
		for name, content := range files {
			b.write(name, content)
		}
		id := b.record(recorder.Options{}, func(*recorder.Experiment) {})
		for name := range files {
			if err := os.RemoveAll(filepath.Join(b.dir, strings.Split(name, "/")[0])); err != nil {
				b.Fatal(err)
			}
		}
		return id
	}
	return record(before), record(after)
}

// difference compares two runs of the bench.
func (b *bench) difference(old, new string) *recorder.Difference {
	b.Helper()
	p, err := recorder.Open(b.dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close() })
	x, err := p.Run(b.Context(), old)
	if err != nil {
		b.Fatal(err)
	}
	y, err := p.Run(b.Context(), new)
	if err != nil {
		b.Fatal(err)
	}
	d, err := p.Compare(b.Context(), x, y)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func rendered(t testing.TB, v diffView) string {
	t.Helper()
	var page strings.Builder
	if err := diffList(v).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func numbered(n int, changes map[int]string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		if text, ok := changes[i]; ok {
			b.WriteString(text + "\n")
			continue
		}
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func TestDiffShowsWhatChanged(t *testing.T) {
	b := newBench(t)
	old, new := b.sourceRuns(map[string]string{
		"net.py": numbered(60, map[int]string{20: "opt = SGD(lr=0.1)"}), "gone.txt": "a\n", "was.txt": "moved as it is\n", "data.bin": "\x00\x01",
	}, map[string]string{
		"net.py": numbered(60, map[int]string{20: "opt = Adam(lr=0.1)", 50: "<b>bold</b>\u202e"}), "fresh.txt": "b\nc\n", "is.txt": "moved as it is\n", "data.bin": "\x00\x02",
	})
	v := newDiffView(b.difference(old, new).Source, diffOptions{Old: "/runs/a/source", New: "/runs/b/source"})
	page := rendered(t, v)
	for _, want := range []string{
		"opt = <mark>SGD</mark>(lr=0.1)", "opt = <mark>Adam</mark>(lr=0.1)", // words
		"&lt;b&gt;bold&lt;/b&gt;", `\u202e`, // text stays text
		">16 unchanged lines<", ">23 unchanged lines<", // between the places
		"+2", "−2", "was.txt → ", "binary, 2 → 2 bytes",
		`href="/runs/a/source/net.py"`, `href="/runs/b/source/data.bin?raw=1"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "<b>") {
		t.Error("the text of a file became markup")
	}
	letters := ""
	for _, f := range v.Files {
		letters += f.Letter
	}
	if letters != "MADRM" || v.Count != 5 { // data.bin fresh.txt gone.txt is.txt net.py
		t.Errorf("%d files: %s", v.Count, letters)
	}
	if v.Added != 4 || v.Removed != 3 {
		t.Errorf("+%d −%d", v.Added, v.Removed)
	}
}

// What the cells of a change hold, line by line, is the file: not a space more.
func TestDiffKeepsEverySpace(t *testing.T) {
	b := newBench(t)
	after := "def f():\n\treturn  1 \n   <x> & 'y' \"z\"\n"
	old, new := b.sourceRuns(map[string]string{"f.py": "def f():\n\treturn  2 \n"}, map[string]string{"f.py": after})
	for _, split := range []bool{false, true} {
		page := rendered(t, newDiffView(b.difference(old, new).Source, diffOptions{Split: split}))
		var text strings.Builder
		rows := regexp.MustCompile(`<td class="text ?(add)?">((?:[^<]|</?mark>)*)</td>\s*</tr>`).FindAllStringSubmatch(page, -1)
		for _, row := range rows {
			line := regexp.MustCompile(`</?mark>`).ReplaceAllString(row[2], "")
			for entity, c := range map[string]string{"&lt;": "<", "&gt;": ">", "&#39;": "'", "&#34;": `"`, "&amp;": "&"} {
				line = strings.ReplaceAll(line, entity, c)
			}
			if line != "\treturn  2 " {
				text.WriteString(line + "\n")
			}
		}
		if text.String() != after {
			t.Errorf("split %t: the cells hold\n%q\nwant\n%q\n%s", split, text.String(), after, page)
		}
	}
}

func TestDiffIsBounded(t *testing.T) {
	b := newBench(t)
	before, after := map[string]string{}, map[string]string{"long.json": strings.Repeat("x", 100_000) + "\n"}
	for i := range 8 {
		after[fmt.Sprintf("f%d.txt", i)] = numbered(3000, nil)
	}
	old, new := b.sourceRuns(before, after)
	c := b.difference(old, new).Source
	v := newDiffView(c, diffOptions{})
	shown, hidden := 0, 0
	for _, f := range v.Files {
		shown, hidden = shown+len(f.Rows), hidden+f.Hidden
	}
	if shown > diffPageLines || shown+hidden != 8*3000+1 {
		t.Errorf("%d lines are shown and %d named", shown, hidden)
	}
	if page := rendered(t, v); len(page) > 3<<20 || !strings.Contains(page, "1,000 more lines") || !strings.Contains(page, "3,000 changed lines") {
		t.Errorf("the page has %d bytes", len(page))
	}
	brief := newDiffView(c, diffOptions{Brief: true, More: "/compare"})
	if len(brief.Files) != diffBriefFiles || brief.More != 1 || !strings.Contains(rendered(t, brief), "1 more file") {
		t.Errorf("%d files, %d more", len(brief.Files), brief.More)
	}
}

func TestChangedWords(t *testing.T) {
	show := func(spans []diffSpan) string {
		s := ""
		for _, span := range spans {
			if span.Mark {
				s += "[" + span.Text + "]"
			} else {
				s += span.Text
			}
		}
		return s
	}
	for _, c := range []struct{ old, new, a, b string }{
		{"lr = 0.1", "lr = 0.01", "lr = 0.[1]", "lr = 0.[01]"},
		{"f(a, b)", "f(a, c, b)", "f(a, b)", "f(a, [c, ]b)"},
		{"naïve = été", "naïve = hiver", "naïve = [été]", "naïve = [hiver]"},
		{"alpha", "completely other text", "", ""},
		{"", "x", "", ""},
	} {
		a, b, ok := changedWords(c.old, c.new)
		if !ok {
			a, b = nil, nil
		}
		if show(a) != c.a || show(b) != c.b {
			t.Errorf("%q to %q: %q and %q, want %q and %q", c.old, c.new, show(a), show(b), c.a, c.b)
		}
	}
}

// removeAll removes a folder of the work tree.
func removeAll(b *bench, name string) {
	b.Helper()
	if err := os.RemoveAll(filepath.Join(b.dir, name)); err != nil {
		b.Fatal(err)
	}
}
