package syntax

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"
)

// words are the kinds and texts of what is more than a name or a mark.
func words(t *testing.T, name, text string) string {
	t.Helper()
	lexer := Match(name)
	if lexer == nil {
		t.Fatalf("%s has no language", name)
	}
	next, err := chroma.Coalesce(lexer).Tokenise(nil, text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var found []string
	whole := ""
	for token := next(); token != chroma.EOF; token = next() {
		whole += token.Value
		kind := token.Type.Category()
		if token.Type.InCategory(chroma.Literal) {
			kind = token.Type.SubCategory()
		}
		switch value := strings.TrimSpace(token.Value); {
		case value == "", kind == chroma.Text, kind == chroma.Punctuation, kind == chroma.Operator, token.Type == chroma.Name, token.Type == chroma.NameOther:
		default:
			found = append(found, kind.String()+" "+value)
		}
	}
	if strings.TrimRight(whole, "\n") != strings.TrimRight(text, "\n") {
		t.Errorf("%s became %q", name, whole)
	}
	return strings.Join(found, "|")
}

func TestMatch(t *testing.T) {
	for name, want := range map[string]struct{ text, words string }{
		"train.py":          {"def f(x):\n    return \"a\" # b\n", "Keyword def|Name f|Keyword return|LiteralString \"a\"|Comment # b"},
		"fit.R":             {"x <- c(1, TRUE) # b\n", "Name c|LiteralNumber 1|Keyword TRUE|Comment # b"},
		"train.sh":          {"if true; then echo \"$x\"; fi # b\n", ""},
		"Dockerfile":        {"FROM debian # b\nRUN apt-get update\n", ""},
		"conf/model.yaml":   {"lr: 0.1 # b\n", ""},
		"package.json":      {"{\"a\": 1}\n", ""},
		"kernel.cpp":        {"int main() { return 0; } // b\n", ""},
		"notes.md":          {"# Title\n\nSome *words* and `code`.\n\n- one\n\n```py\nx = 1\n```\n", "Generic # Title|LiteralString `code`|Keyword -|LiteralString ```py\nx = 1\n```"},
		"unfinished.md":     {"```\nx", "LiteralString ```\nx"},
		"main.go":           {"package main\n\nfunc f(a int) string { return \"b\" + string(rune(0x1F)) } // c\n", "Keyword package|Keyword func|Name f|Keyword int|Keyword string|Keyword return|LiteralString \"b\"|Keyword string|Keyword rune|LiteralNumber 0x1F|Comment // c"},
		"raw.go":            {"var s = `a\nb`; var r = '\\n'; var f = 1_000.5e-3\n", "Keyword var|LiteralString `a\nb`|Keyword var|LiteralString '\\n'|Keyword var|LiteralNumber 1_000.5e-3"},
		"unfinished.go":     {"var s = \"a", "Keyword var"},
		"notebook.json":     {"[1, true]", ""},
		"pyproject.toml":    {"[a]\nb = \"c\"\n", ""},
		"weird\xff.jl":      {"f(x) = 1 # b\n", ""},
		"\u202e.py":         {"x = 1\n", "LiteralNumber 1"},
		"page.html":         {"<p class=\"a\">b</p>\n<script>let x = 1</script>\n", ""},
		"Makefile":          {"all:\n\techo $(A) # b\n", ""},
		"deep/er/setup.cfg": {"[a]\nb = c\n", ""},
	} {
		base := name[strings.LastIndexByte(name, '/')+1:]
		got := words(t, base, want.text)
		if want.words != "" && got != want.words {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want.words)
		}
		if got == "" {
			t.Errorf("%s has no words", name)
		}
	}
	for _, name := range []string{"", "data.csv", "model.bin", "README", "py", "a/b"} {
		if lexer := Match(name); lexer != nil {
			t.Errorf("%q is %s", name, lexer.Config().Name)
		}
	}
}

// Every language can be read, and any text is one of it.
func TestEveryLanguage(t *testing.T) {
	names := known().Names(false)
	if len(names) < 45 {
		t.Fatalf("there are %d languages: %v", len(names), names)
	}
	const odd = "a = \"b\" # <c> 'd\n\t/* e \x00 \xff é\n{[(1.5e3)]} ``` \\"
	for _, name := range names {
		next, err := known().Get(name).Tokenise(nil, odd)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		length := 0
		for token := next(); token != chroma.EOF; token = next() {
			length += len(token.Value)
		}
		if length < len(odd)-1 {
			t.Errorf("%s has read %d of %d bytes", name, length, len(odd))
		}
	}
}

// The command must not read the languages when it starts.
func TestCommandDoesNotStartWithAllLanguages(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "github.com/exprec/exprec/cmd/exprec").Output()
	if err != nil || !strings.Contains(string(out), "github.com/exprec/exprec/cmd/exprec\n") {
		t.Fatal(err, string(out))
	}
	if strings.Contains(string(out), "chroma/v2/lexers") {
		t.Error("cmd/exprec has chroma's lexers in it: each of its commands takes some 10 ms longer to start")
	}
}
