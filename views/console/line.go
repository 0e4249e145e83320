package console

import (
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Line is a line as a terminal would show it.
type Line struct {
	Number int64 // from 1
	// Cut is how many characters at the end are not kept.
	Cut int
	// Changed is what [Screen.Total] was at least by the line's last change: a
	// line that is the same since then has a smaller one.
	Changed int64
	// At is by when it was printed, since the start; negative where that is not
	// known.
	At time.Duration

	cells []cell
}

func (r *row) line(number int64) Line {
	l := Line{Number: number, Cut: r.over, Changed: r.changed, At: -1, cells: trimmed(r.cells)}
	if r.known {
		l.At = r.at
	}
	return l
}

// trimmed leaves out spaces at the end that show nothing.
func trimmed(cells []cell) []cell {
	for len(cells) > 0 {
		last := cells[len(cells)-1]
		if last.char != ' ' || last.style.back != 0 || last.style.inverse || last.style.underline {
			break
		}
		cells = cells[:len(cells)-1]
	}
	return cells
}

// Text is the line without styles. What would turn the direction of text around
// or hide is shown, as in [Line.HTML].
func (l Line) Text() string {
	var b strings.Builder
	for _, c := range l.cells {
		if Hidden(c.char) {
			b.WriteString(named(c.char))
		} else {
			b.WriteRune(c.char)
		}
	}
	return b.String()
}

// Complaint reports whether the line holds something of the stream 1.
func (l Line) Complaint() bool {
	for _, c := range l.cells {
		if c.style.err {
			return true
		}
	}
	return false
}

// HTML is the line's content: text, <span> and <a> with classes alone.
func (l Line) HTML() string { return string(l.AppendHTML(nil)) }

// AppendHTML appends [Line.HTML].
func (l Line) AppendHTML(b []byte) []byte {
	for i := 0; i < len(l.cells); {
		end := i + 1
		for end < len(l.cells) && l.cells[end].style == l.cells[i].style {
			end++
		}
		b = appendRun(b, l.cells[i:end])
		i = end
	}
	if l.Cut > 0 {
		b = fmt.Appendf(b, `<span class="cut"> … %d more characters, see the raw text</span>`, l.Cut)
	}
	return b
}

// appendRun appends characters of one style.
func appendRun(b []byte, cells []cell) []byte {
	s := cells[0].style
	close := ""
	if s.link != nil {
		b, close = append(b, s.link.open...), "</a>"
	}
	if classes := s.classes(); classes != "" {
		b, close = append(append(append(b, `<span class="`...), classes...), `">`...), "</span>"+close
	}
	for _, c := range cells {
		b = appendCharacter(b, c.char)
	}
	return append(b, close...)
}

func appendCharacter(b []byte, c rune) []byte {
	switch {
	case c == '<':
		return append(b, "&lt;"...)
	case c == '>':
		return append(b, "&gt;"...)
	case c == '&':
		return append(b, "&amp;"...)
	case c == '"':
		return append(b, "&#34;"...)
	case c == '\'':
		return append(b, "&#39;"...)
	case c >= 0x20 && c < 0x7f:
		return append(b, byte(c))
	case Hidden(c):
		return append(append(append(b, `<span class="ctl">`...), named(c)...), "</span>"...)
	}
	return utf8.AppendRune(b, c)
}

// Hidden reports whether a character shows nothing, or moves or turns others
// around: controls, format characters and separators of lines. Joiners stay:
// scripts and emoji need them, and they only touch neighbours.
func Hidden(c rune) bool {
	const nonJoiner, joiner = 0x200c, 0x200d
	if c >= ' ' && c < 0x7f || c == nonJoiner || c == joiner || unicode.Is(unicode.Prepended_Concatenation_Mark, c) {
		return false
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// named is a character by its number.
func named(c rune) string { return fmt.Sprintf("U+%04X", c) }

// classes are those of a style. Text always has enough contrast to its ground:
// where a program's own colours have not, the text is black or white.
func (s style) classes() string {
	var names []string
	add := func(set bool, name string) {
		if set {
			names = append(names, name)
		}
	}
	add(s.err, "err")
	add(s.bold, "bo")
	add(s.italic, "it")
	add(s.underline, "un")
	add(s.crossed, "cr")
	if front, back := s.colours(); front+back != "" {
		add(front != "", front)
		add(back != "", back)
	}
	return strings.Join(names, " ")
}

// colours are the classes of a style's colours, empty for the usual ones.
func (s style) colours() (front, back string) {
	switch {
	case s.inverse && s.front == 0:
		back = "bf"
		if s.back == 0 {
			return "fg", back
		}
		return s.on(s.back, frontColour), back
	case s.inverse:
		s.front, s.back = s.back, s.front
		if s.front == 0 {
			return blackOrWhite(paletteColour(int(s.back) - 1)), "b" + strconv.Itoa(int(s.back)-1)
		}
	}
	if s.back != 0 {
		ground := paletteColour(int(s.back) - 1)
		return s.on(s.front, ground), "b" + strconv.Itoa(int(s.back)-1)
	}
	if s.front != 0 {
		return "f" + strconv.Itoa(int(s.front)-1), ""
	}
	if s.faint {
		return "fa", ""
	}
	return "", ""
}

// on is the class of a front colour on a ground.
func (s style) on(front uint16, ground rgb) string {
	if contrast(frontOf(front), ground) < minContrast {
		return blackOrWhite(ground)
	}
	if front == 0 {
		return ""
	}
	return "f" + strconv.Itoa(int(front)-1)
}

func blackOrWhite(ground rgb) string {
	if contrast(rgb{}, ground) >= minContrast {
		return "fk"
	}
	return "fw"
}

// link is where a link goes, as the beginning of its element.
type link struct{ open string }

// maxLink is how long the target of a link may be.
const maxLink = 2048

// linkTo is nil for what is no link to a page of the web.
func linkTo(target string) *link {
	if len(target) > maxLink || !utf8.ValidString(target) || strings.ContainsFunc(target, func(c rune) bool { return c <= 0x20 || c == 0x7f || Hidden(c) }) {
		return nil
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil
	}
	to := html.EscapeString(u.String())
	return &link{`<a href="` + to + `" title="` + to + `" rel="noopener noreferrer nofollow">`}
}
