package main

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// collector keeps the lines that have what it looks for.
type collector struct {
	has   []byte
	lines []string
}

func (c *collector) needle([]byte) []byte { return c.has }
func (c *collector) read(line []byte) {
	if bytes.Contains(line, c.has) {
		c.lines = append(c.lines, string(line))
	}
}

// cutLines gives what collectors see of a text that comes in pieces of a size.
func cutLines(text, has string, size int) []string {
	c := &collector{has: []byte(has)}
	if has == "" {
		c.has = nil
	}
	l := &lines{readers: []reader{c}}
	for piece := range slices.Chunk([]byte(text), size) {
		l.Write(piece)
	}
	l.finish()
	return c.lines
}

// However a text is cut into pieces, its lines are the same, and a needle finds
// those that a look at every line does.
func FuzzLines(f *testing.F) {
	f.Add("one\ntwo\r\n\x1b[31mred\x1b[0m\rno end", "o", uint16(3))
	f.Add(strings.Repeat("x", longestLine+2)+"\nshort", "s", uint16(40000))
	f.Add("\x1b]0;title\x07a\x1b(Bb\x1b", "", uint16(1))
	f.Fuzz(func(t *testing.T, text, has string, size uint16) {
		var want []string
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
			plain := string(uncoloured([]byte(line)))
			if len(line) <= longestLine && strings.Contains(plain, has) && strings.Contains(line, has) {
				want = append(want, plain)
			}
		}
		if got := cutLines(text, has, int(size)+1); !slices.Equal(got, want) {
			t.Errorf("pieces of %d give %q, not %q", int(size)+1, got, want)
		}
	})
}

func TestUncoloured(t *testing.T) {
	for coloured, want := range map[string]string{
		"plain":                            "plain",
		"\x1b[1;31mred\x1b[0m and \x1b[K.": "red and .",
		"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\": "link",
		"\x1b]0;title\x07text":                     "text",
		"a\x1bMb":                                  "ab",
		"open\x1b[12":                              "open",
		"end\x1b":                                  "end",
		"\x1b]never":                               "",
	} {
		if got := string(uncoloured([]byte(coloured))); got != want {
			t.Errorf("%q becomes %q, want %q", coloured, got, want)
		}
	}
}

func TestDecodeObject(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": 1, "b": {"c": "x", "d": [1, {"e": null}]}}`:              `[{a 1} {b [{c x} {d [1 map[e:<nil>]]}]}]`,
		`{"NaN": NaN, "x": "NaN \" -Infinity", "y": [-Infinity, true]}`: `[{NaN NaN} {x NaN " -Infinity} {y [-Inf true]}]`,
		`{}`:           `[]`,
		`{"a": 1e999}`: `[{a 1e999}]`,
	} {
		got, ok := decodeObject([]byte(text))
		if !ok || fmt.Sprint(got) != want {
			t.Errorf("%s becomes %v, %v, want %s", text, got, ok, want)
		}
	}
	deep := strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000)
	for _, text := range []string{"", "[]", "3", `{"a"}`, `{"a": NaNs}`, `{"a": 1}}`, `{"a": 1} x`, `{"a": tru}`, deep} {
		if got, ok := decodeObject([]byte(text)); ok {
			t.Errorf("%.40s becomes %v", text, got)
		}
	}
}

func FuzzDecodeObject(f *testing.F) {
	f.Add([]byte(`{"a": [NaN, {"b": -Infinity}], "c": "\"NaN\\"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		object, ok := decodeObject(text)
		if !ok {
			return
		}
		for _, m := range object {
			wholeNumber(m.value)
		}
	})
}

func TestWholeNumber(t *testing.T) {
	for text, want := range map[string]int{"3": 3, "-4.0": -4, "1e3": 1000, "9007199254740993": 9007199254740993} {
		object, _ := decodeObject([]byte(`{"step": ` + text + `}`))
		if got, ok := stepOf(object); !ok || got != want {
			t.Errorf("the step %s is %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"1.5", `"3"`, "NaN", "null", "1e300", "[1]"} {
		object, _ := decodeObject([]byte(`{"step": ` + text + `}`))
		if got, ok := stepOf(object); ok {
			t.Errorf("the step %s is %d", text, got)
		}
	}
	if f, ok := float("1e999"); !ok || !math.IsInf(f, 1) {
		t.Error("1e999 is not infinite")
	}
}

// Every line that an expression matches has its literal.
func TestLongestLiteral(t *testing.T) {
	for expression, want := range map[string]string{
		`step (?P<step>\d+) loss=(?P<loss>\S+)`: " loss=",
		`(?i)loss=(?P<loss>\S+)`:                "",
		`(?P<a>x+)yz?|(?P<b>q)`:                 "",
		`(?:abc){2,}(?P<a>\d)?`:                 "abc",
		`(?:abc)*(?P<a>\d)`:                     "",
		`^val/(?P<loss>.*)$`:                    "val/",
	} {
		p, err := newPattern(expression)
		if err != nil || string(p.literal) != want {
			t.Errorf("%s has the literal %q, want %q (%v)", expression, p.literal, want, err)
		}
	}
	if _, err := regexp.Compile(`(?<loss>x)`); err != nil {
		t.Error(err)
	}
}

// The returns that a terminal adds are taken back, however they come.
func FuzzUnreturned(f *testing.F) {
	f.Add("one\r\ntwo\r\r\n10%\r", uint8(2))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		var out bytes.Buffer
		u := &unreturned{to: &out}
		for piece := range slices.Chunk([]byte(text), int(size)+1) {
			u.Write(piece)
		}
		u.Close()
		if want := strings.ReplaceAll(text, "\r\n", "\n"); out.String() != want {
			t.Errorf("%q becomes %q, want %q", text, out.String(), want)
		}
	})
}
