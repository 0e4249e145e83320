package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// page is a screen over a buffer.
func page(width int, colour bool) (*screen, *bytes.Buffer) {
	var b bytes.Buffer
	return &screen{buffer: bufio.NewWriter(&b), width: width, colour: colour, tty: width > 0}, &b
}

func TestSanitize(t *testing.T) {
	for in, want := range map[string]string{
		"plain text":         "plain text",
		"two\nlines\tand":    "two\nlines\tand",
		"\x1b[31mred\x1b[0m": `\x1b[31mred\x1b[0m`,
		"\x1b]0;title\x07":   `\x1b]0;title\x07`,
		"over\rwrite":        `over\rwrite`,
		"nul\x00del\x7f":     `nul\x00del\x7f`,
		"\u009b31m":          `\u009b31m`,
		"user\u202egpj.exe":  `user\u202egpj.exe`,
		"\u2066a\u2069":      `\u2066a\u2069`,
		"line\u2028break":    `line\u2028break`,
		"\ufeffbom":          `\ufeffbom`,
		"tag\U000e0041":      `tag\U000e0041`,
		"bad\xff\xc3utf":     `bad\xff\xc3utf`,
		"\xc2\x9b cut: \xc2": `\u009b cut: \xc2`,
		"höhe, 高さ, שלום":     "höhe, 高さ, שלום",
		"👩\u200d🔬":           "👩\u200d🔬",
		"":                   "",
	} {
		if got := sanitize(in); got != want {
			t.Errorf("sanitize(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := sanitizeLine("a\nb\tc\x1b"), `a\nb\tc\x1b`; got != want {
		t.Errorf("sanitizeLine gives %q, want %q", got, want)
	}
}

// forbidden finds a character that must never reach a terminal or a pipe. It
// is the rule in other words than the sanitizer's.
func forbidden(s string) string {
	for _, r := range s {
		switch {
		case r < 0x20 && r != '\n' && r != '\t', r >= 0x7f && r <= 0x9f,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c,
			r == 0x2028, r == 0x2029:
			return string(r)
		}
	}
	if !utf8.ValidString(s) {
		return "invalid UTF-8"
	}
	return ""
}

func anyText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
}

func TestSanitizedTextIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyText().Draw(t, "text")
		out := sanitize(in)
		if found := forbidden(out); found != "" {
			t.Fatalf("sanitize(%q) = %q, which holds %q", in, out, found)
		}
		if again := sanitize(out); again != out {
			t.Fatalf("sanitized twice, %q becomes %q", out, again)
		}
		if line := sanitizeLine(in); strings.ContainsAny(line, "\n\t") {
			t.Fatalf("sanitizeLine(%q) = %q", in, line)
		}
	})
}

func TestSanitizerKeepsCutCharactersTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyText().Draw(t, "text")
		s, out := page(0, false)
		z := &sanitizer{screen: s}
		for rest := in; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "chunk")
			z.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		z.Close()
		s.flush()
		if out.String() != sanitize(in) {
			t.Fatalf("%q in chunks gives %q, want %q", in, out, sanitize(in))
		}
	})
}

func TestColoursOnlyWhereWanted(t *testing.T) {
	for _, colour := range []bool{false, true} {
		s, out := page(0, colour)
		s.line(styled(green, "good\x1b[31m"))
		s.flush()
		want := `good\x1b[31m` + "\n"
		if colour {
			want = "\x1b[32m" + `good\x1b[31m` + "\x1b[0m\n"
		}
		if out.String() != want {
			t.Errorf("with colour %t: %q, want %q", colour, out, want)
		}
	}
}

func TestEscapedJSONIsHarmlessAndTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "text")
		s, out := page(0, false)
		if err := encode(s, map[string]string{"k": in}, ""); err != nil {
			t.Fatal(err)
		}
		s.flush()
		if found := forbidden(out.String()); found != "" {
			t.Fatalf("%q becomes %s, which holds %q", in, out, found)
		}
		if got := decodeOne(t, out.Bytes()); got != in {
			t.Fatalf("%q comes back as %q from %s", in, got, out)
		}
	})
}
