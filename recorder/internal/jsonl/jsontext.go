package jsonl

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads text in quotes. What is no UTF-8 becomes U+FFFD.
func (p *parser) string() (string, error) {
	p.at++
	from := p.at
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			text := string(p.text[from:p.at])
			p.at++
			return valid(text), nil
		case c == '\\':
			return p.escaped(from)
		case c < ' ':
			return "", p.errorf("a control character stands in a text")
		}
	}
	return "", p.errorf("a text has no end")
}

func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// escaped reads the rest of a text in which something is escaped.
func (p *parser) escaped(from int) (string, error) {
	text := append([]byte(nil), p.text[from:p.at]...)
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			return valid(string(text)), nil
		case c < ' ':
			return "", p.errorf("a control character stands in a text")
		case c != '\\':
			text = append(text, c)
			p.at++
			continue
		}
		r, err := p.escape()
		if err != nil {
			return "", err
		}
		text = utf8.AppendRune(text, r)
	}
	return "", p.errorf("a text has no end")
}

// escape reads what a \ begins.
func (p *parser) escape() (rune, error) {
	if p.at+1 >= len(p.text) {
		return 0, p.errorf("a text has no end")
	}
	c := p.text[p.at+1]
	p.at += 2
	if plain := strings.IndexByte(`"\/bfnrt`, c); plain >= 0 {
		return rune("\"\\/\b\f\n\r\t"[plain]), nil
	}
	if c != 'u' {
		return 0, p.errorf("a text has an escape that is none")
	}
	r, ok := p.hex4()
	if !ok {
		return 0, p.errorf("\\u needs four hexadecimal digits")
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if p.at+1 < len(p.text) && p.text[p.at] == '\\' && p.text[p.at+1] == 'u' {
		p.at += 2
		low, ok := p.hex4()
		if !ok {
			return 0, p.errorf("\\u needs four hexadecimal digits")
		}
		if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
			return both, nil
		}
		p.at -= 6
	}
	return utf8.RuneError, nil
}

func (p *parser) hex4() (rune, bool) {
	if p.at+4 > len(p.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.text[p.at:p.at+4]), 16, 16)
	p.at += 4
	return rune(n), err == nil
}
