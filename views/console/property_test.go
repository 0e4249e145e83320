package console

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/buildkite/terminal-to-html/v3"
	"pgregory.net/rapid"
)

// tokens are what outputs in tests are made of.
var tokens = rapid.SampledFrom([]string{
	"a", "loss 0.5", "é", "\xff", "\xe2\x82", "<b>", "\n", "\n", "\n", "\r", "\b", "\t", "\x00", "\x1b", "\x1b[", "\x1b[A", "\x1b[2A", "\x1b[99A", "\x1b[B",
	"\x1b[K", "\x1b[2K", "\x1b[1K", "\x1b[J", "\x1b[2J", "\x1b[1J", "\x1b[H", "\x1b[3;4H", "\x1b[s", "\x1b[u", "\x1b7", "\x1b8", "\x1bM", "\x1bD", "\x1bE", "\x1b[5C", "\x1b[2D",
	"\x1b[31m", "\x1b[0m", "\x1b[38;5;208m", "\x1b[7m", "\x1b]8;;https://a.example\x07", "\x1b]8;;\x07", "\x1b]0;t", "\x07", "\x1bP", "\x1b\\", "\x1b[2P", "\x1b[3@", "\x1b[4X",
	"0123456789", "\n\n\n\n\n\n\n\n\n\n",
})

// piece is what is printed at once on a stream.
type piece struct {
	stream int
	text   []byte
}

func drawPieces(t *rapid.T) []piece {
	var all []piece
	for range rapid.IntRange(1, 4).Draw(t, "pieces") {
		text := strings.Join(rapid.SliceOfN(tokens, 0, 60).Draw(t, "tokens"), "")
		all = append(all, piece{rapid.IntRange(0, 1).Draw(t, "stream"), []byte(text)})
	}
	return all
}

// cutUp cuts pieces into smaller ones.
func cutUp(t *rapid.T, pieces []piece) []piece {
	var cut []piece
	for _, p := range pieces {
		for len(p.text) > 0 {
			n := rapid.IntRange(1, len(p.text)).Draw(t, "cut")
			cut = append(cut, piece{p.stream, p.text[:n]})
			p.text = p.text[n:]
		}
	}
	return cut
}

// show feeds a screen and gives all its lines as HTML.
func show(c Checkpoint, pieces []piece) []string {
	var lines []string
	s := c.Screen(func(l Line) { lines = append(lines, l.HTML()) })
	skip := c.At
	for _, p := range pieces {
		n := min(skip[p.stream], int64(len(p.text)))
		skip[p.stream] -= n
		s.Write(p.stream, -1, p.text[n:])
	}
	for _, l := range s.Lines() {
		lines = append(lines, l.HTML())
	}
	return lines
}

func TestPiecesAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := drawPieces(t)
		whole, cut := show(Checkpoint{}, pieces), show(Checkpoint{}, cutUp(t, pieces))
		if strings.Join(whole, "\n") != strings.Join(cut, "\n") {
			t.Fatalf("whole:\n%q\nin pieces:\n%q", whole, cut)
		}
		for _, line := range whole {
			if problem := unsafe(line); problem != "" {
				t.Fatalf("%q: %s", line, problem)
			}
		}
	})
}

// From every checkpoint of the index the screen shows what it shows from the
// beginning.
func TestIndexAgreesWithTheScreen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pieces []piece
		filler := rapid.SampledFrom([]int{0, 480, 520, 1100})
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			pieces = append(pieces, drawPieces(t)...)
			pieces = append(pieces, piece{rapid.IntRange(0, 1).Draw(t, "stream"), bytes.Repeat([]byte("x\n"), filler.Draw(t, "lines"))})
		}
		var x Index
		for _, p := range cutUp(t, pieces[:min(3, len(pieces))]) {
			x.Write(p.stream, p.text)
		}
		for _, p := range pieces[min(3, len(pieces)):] {
			x.Write(p.stream, p.text)
		}
		whole := show(Checkpoint{}, pieces)
		if n := x.Lines(); n != int64(len(whole)) && n != int64(len(whole))-1 {
			t.Fatalf("the index has %d lines, the screen %d", n, len(whole))
		}
		for _, c := range x.points {
			part := show(c, pieces)
			if strings.Join(part, "\n") != strings.Join(whole[c.Line-1:], "\n") {
				t.Fatalf("from line %d:\n%q\nwant\n%q", c.Line, part, whole[c.Line-1:])
			}
		}
	})
}

// elements are all that lines may hold besides text.
var elements = regexp.MustCompile(`<span class="[a-z0-9 ]+">|</span>|<a href="https?://[^"<>]+" title="[^"<>]+" rel="noopener noreferrer nofollow">|</a>`)

// unsafe says what is wrong with the HTML of a line.
func unsafe(line string) string {
	opened := strings.Count(line, "<span ") + strings.Count(line, "<a ")
	closed := strings.Count(line, "</")
	text := elements.ReplaceAllString(line, "")
	switch {
	case opened != closed:
		return "elements are not closed"
	case strings.ContainsAny(text, "<>\"'\x00\x07\x1b\r\n\u202e"):
		return "text is not escaped"
	case !bytes.Equal([]byte(text), bytes.ToValidUTF8([]byte(text), nil)):
		return "it is no UTF-8"
	}
	return ""
}

// Where the terminal of terminal-to-html does the same, it shows the same text.
func TestAnotherTerminalAgrees(t *testing.T) {
	words := rapid.SampledFrom([]string{"a", "bc", "loss 0.5", "é", "\n", "\n", "\r\n", "\r", "\b", "\x1b[K", "\x1b[2K", "\x1b[1A", "\x1b[2A", "\x1b[31m", "\x1b[0m", "\x1b[2C", "\x1b[1D"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(words, 0, 40).Draw(t, "words"), "")
		other, err := terminal.NewScreen()
		if err != nil {
			t.Fatal(err)
		}
		other.Write([]byte(text))
		theirs := strings.TrimRight(other.AsPlainText(), " \n")
		var trimmed []string
		for line := range strings.SplitSeq(theirs, "\n") {
			trimmed = append(trimmed, strings.TrimRight(line, " "))
		}
		if ours := strings.TrimRight(texts(shown(text)), " \n"); ours != strings.Join(trimmed, "\n") {
			t.Fatalf("%q shows\n%q, elsewhere\n%q", text, ours, trimmed)
		}
	})
}

func FuzzScreen(f *testing.F) {
	f.Add([]byte("a\x1b[31mb\r\nc\x1b]8;;https://a.example\x07d"), 3)
	f.Add([]byte("\xe2\x82\xac\x1b[2J\x1b7\x1b[99A\x1b8<"), 1)
	f.Fuzz(func(t *testing.T, p []byte, at int) {
		whole := show(Checkpoint{}, []piece{{0, p}})
		at = min(max(at, 0), len(p))
		parts := show(Checkpoint{}, []piece{{0, p[:at]}, {0, p[at:]}})
		if strings.Join(whole, "\n") != strings.Join(parts, "\n") {
			t.Errorf("whole %q, in parts %q", whole, parts)
		}
		for _, line := range whole {
			if problem := unsafe(line); problem != "" {
				t.Errorf("%q: %s", line, problem)
			}
		}
		var x Index
		x.Write(0, p)
		if n := x.Lines(); n > int64(len(whole)) || n < int64(len(whole))-1 {
			t.Errorf("%d lines in the index, %d on the screen", n, len(whole))
		}
	})
}
