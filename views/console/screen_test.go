package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// shown is what a screen shows in the end, all lines of it.
func shown(pieces ...string) []Line {
	var lines []Line
	s := NewScreen(func(l Line) {
		l.cells = slices.Clone(l.cells)
		lines = append(lines, l)
	})
	for _, p := range pieces {
		s.Write(0, -1, []byte(p))
	}
	return append(lines, s.Lines()...)
}

func texts(lines []Line) string {
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = l.Text()
	}
	return strings.Join(all, "\n")
}

func htmls(lines []Line) string {
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = l.HTML()
	}
	return strings.Join(all, "\n")
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, printed, want string }{
		{"lines", "a\nb\r\nc", "a\nb\nc"},
		{"progress", "10%\r 50%\r100%\n", "100%\n"},
		{"shorter progress", "loading…\rdone", "doneing…"},
		{"erased", "loading\r\x1b[Kdone", "done"},
		{"erased whole", "loading\x1b[2K\rdone", "done"},
		{"erased before", "abcdef\x1b[3D\x1b[1Kx", "   xef"},
		{"backspace", "abd\bc\n", "abc\n"},
		{"two bars", "a 0%\nb 0%\x1b[A\ra 9%\x1b[B\rb 9%", "a 9%\nb 9%"},
		{"up and erase below", "a\nb\nc\x1b[2A\x1b[Jx", "ax\n\n"},
		{"tab", "a\tb", "a       b"},
		{"column", "abc\x1b[2GX\x1b[5Cy", "aXc    y"},
		{"deleted and made room", "abcdef\r\x1b[2P\x1b[1@x\x1b[1X", "x def"},
		{"saved", "ab\x1b7cd\nef\x1b8X", "abXd\nef"},
		{"home", "1\n2\n3\x1b[Hx", "x\n2\n3"},
		{"cleared keeps", "old\n\x1b[2J\x1b[Hnew", "old\nnew"},
		{"cleared midline", "old\x1b[H\x1b[2Jnew", "old\nnew"},
		{"nul bell del", "a\x00b\x07c\x7fd", "abcd"},
		{"pictures of others", "a\x01b\x0cc", "a␁b␌c"},
		{"title", "\x1b]0;title\x07text", "text"},
		{"title with ST", "\x1b]2;title\x1b\\text", "text"},
		{"title without an end", "\x1b]0;title\ntext", "\ntext"},
		{"passage", "a\x1bP1;2|secret\x1b\\b", "ab"},
		{"image", "a\x1b]1337;File=inline=1:AAAA\x07b", "a[image]b"},
		{"charset", "\x1b(Ba", "a"},
		{"modes", "\x1b[?25l\x1b[?2004ha", "a"},
		{"invalid", "a\xff\xc3b", "a\uFFFD\uFFFDb"},
		{"bidi", "a\u202eb\u2066c", "aU+202EbU+2066c"},
		{"C1 and separators", "a\u009bb\u2028c", "aU+009BbU+2028c"},
		{"joiners stay", "👩\u200d💻", "👩\u200d💻"},
		{"sequence broken by a line feed", "\x1b[3\nb", "\nb"},
		{"sequence in a sequence", "\x1b[3\x1b[1Cb", " b"},
		{"up from the top", "a\x1b[99Ab", "ab"},
		{"huge numbers", "\x1b[99999999999999999999Cb\x1b[2K\rc", "c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := texts(shown(c.printed)); got != c.want {
				t.Errorf("%q shows\n%q, want\n%q", c.printed, got, c.want)
			}
			if got := texts(shown(strings.Split(c.printed, "")...)); got != c.want && !strings.Contains(c.name, "invalid") {
				t.Errorf("%q in single characters shows\n%q, want\n%q", c.printed, got, c.want)
			}
		})
	}
}

func TestHTML(t *testing.T) {
	for _, c := range []struct{ name, printed, want string }{
		{"markup", `<script>alert("1")</script> & 'x'`, "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;x&#39;"},
		{"markup over itself", "<b\r<i>", "&lt;i&gt;"},
		{"colour", "a\x1b[31mb\x1b[0mc", `a<span class="f1">b</span>c`},
		{"bright", "\x1b[1;92mb", `<span class="bo f10">b</span>`},
		{"256", "\x1b[38;5;208mb", `<span class="f208">b</span>`},
		{"true colour", "\x1b[38;2;255;135;0mb", `<span class="f208">b</span>`},
		{"true colour with colons", "\x1b[38:2::255:135:0mb", `<span class="f208">b</span>`},
		{"grey", "\x1b[38;2;128;128;128mb", `<span class="f244">b</span>`},
		{"curly line", "\x1b[4:3mb\x1b[4:0mc", `<span class="un">b</span>c`},
		{"dark on dark", "\x1b[40mb", `<span class="b0">b</span>`},
		{"light on light", "\x1b[97;47mb", `<span class="fk b7">b</span>`},
		{"inverse", "\x1b[7mb", `<span class="fg bf">b</span>`},
		{"faint", "\x1b[2mb\x1b[22mc", `<span class="fa">b</span>c`},
		{"link", "\x1b]8;;https://a.example/?q=1&r=\"\x1b\\t<\x1b]8;;\x1b\\u", `<a href="https://a.example/?q=1&amp;r=&#34;" title="https://a.example/?q=1&amp;r=&#34;" rel="noopener noreferrer nofollow">t&lt;</a>u`},
		{"link to a script", "\x1b]8;;javascript:alert(1)\x07t\x1b]8;;\x07", "t"},
		{"link to data", "\x1b]8;;data:text/html,x\x07t", "t"},
		{"link without a host", "\x1b]8;;http:x\x07t", "t"},
		{"link with a bidi mark", "\x1b]8;;https://a.example/\u202ex\x07t", "t"},
		{"bidi", "\u202e", `<span class="ctl">U+202E</span>`},
		{"spaces at the end", "a   \x1b[K  ", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := htmls(shown(c.printed)); got != c.want {
				t.Errorf("%q becomes\n%s, want\n%s", c.printed, got, c.want)
			}
		})
	}
}

func TestStreams(t *testing.T) {
	s := NewScreen(nil)
	s.Write(0, time.Second, []byte("out \xc3"))
	s.Write(1, 2*time.Second, []byte("er\x1b["))
	s.Write(0, 3*time.Second, []byte("\xa9\nb"))
	s.Write(1, -1, []byte("31mr"))
	lines := s.Lines()
	if got, want := htmls(lines), "out <span class=\"err\">er</span>é\nb<span class=\"err f1\">r</span>"; got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if !lines[0].Complaint() || lines[0].At != 3*time.Second || lines[1].At != -1 {
		t.Errorf("%+v", lines)
	}
}

// A line of any length is bounded, and says what it leaves out.
func TestLongLine(t *testing.T) {
	s := NewScreen(nil)
	piece := []byte(strings.Repeat("é", 1<<19))
	for range 100 { // 100 MB
		s.Write(0, -1, piece)
	}
	l := s.Lines()[0]
	if len(s.Lines()) != 1 || l.Cut != 100<<19-Columns || len([]rune(l.Text())) != Columns {
		t.Errorf("%d lines, cut %d, %d kept", len(s.Lines()), l.Cut, len([]rune(l.Text())))
	}
	if want := fmt.Sprintf(" … %d more characters", l.Cut); !strings.Contains(l.HTML(), want) {
		t.Errorf("the line does not say %q", want)
	}
	s.Write(0, -1, []byte("\rshort\x1b[K"))
	if l := s.Lines()[0]; l.Cut != 0 || l.Text() != "short" {
		t.Errorf("after it was erased: %q, cut %d", l.Text(), l.Cut)
	}
}

// What changed after a point is known by it, whatever the pieces.
func TestChanged(t *testing.T) {
	s := NewScreen(nil)
	s.Write(0, -1, []byte("a\nb\nc\n10%"))
	point := s.Total()
	s.Write(0, -1, []byte("\r20%\x1b[2AB"))
	var changed []string
	for _, l := range s.Lines() {
		if l.Changed > point {
			changed = append(changed, l.Text())
		}
	}
	if got := strings.Join(changed, " "); got != "b  B 20%" {
		t.Errorf("changed: %q", got)
	}
}

func TestPalette(t *testing.T) {
	for n := range 256 {
		if c := contrast(frontOf(uint16(n+1)), groundColour); c < minContrast {
			t.Errorf("colour %d has a contrast of %.2f to the ground", n, c)
		}
		if c := paletteColour(n); n >= 16 && paletteColour(nearest(int(c.r), int(c.g), int(c.b))) != c {
			t.Errorf("the nearest colour to %v is %d, not %d", c, nearest(int(c.r), int(c.g), int(c.b)), n)
		}
	}
	for front := range uint16(257) {
		for back := range uint16(257) {
			for _, s := range []style{{front: front, back: back}, {front: front, back: back, inverse: true}} {
				if c := contrastOf(t, s); c < minContrast {
					t.Fatalf("%+v has a contrast of %.2f", s, c)
				}
			}
		}
	}
}

// contrastOf is the contrast of a style by the classes it has.
func contrastOf(t *testing.T, s style) float64 {
	front, back := s.colours()
	text, ground := frontColour, groundColour
	var n int
	switch {
	case front == "fk":
		text = rgb{}
	case front == "fw":
		text = rgb{255, 255, 255}
	case front == "fg":
		text = groundColour
	case front != "":
		if _, err := fmt.Sscanf(front, "f%d", &n); err != nil {
			t.Fatal(front)
		}
		text = frontOf(uint16(n + 1))
	}
	switch {
	case back == "bf":
		ground = frontColour
	case back != "":
		if _, err := fmt.Sscanf(back, "b%d", &n); err != nil {
			t.Fatal(back)
		}
		ground = paletteColour(n)
	}
	return contrast(text, ground)
}
