package gitstore

import (
	"errors"
	"fmt"
	"strings"
)

var errConfigSyntax = errors.New("not the syntax of a git configuration")

// configParser reads the syntax that git's Documentation/config.txt describes.
type configParser struct {
	text    string
	line    int
	section string // with its subsection and a dot, as keys begin
	add     func(configEntry) error
}

// parseConfig hands every entry of a configuration file to add, in order.
func parseConfig(text string, add func(configEntry) error) error {
	p := &configParser{text: strings.TrimPrefix(text, "\ufeff"), line: 1, add: add}
	for {
		p.skipSpace()
		if p.text == "" {
			return nil
		}
		if err := p.item(); err != nil {
			return fmt.Errorf("line %d: %w", p.line, err)
		}
	}
}

// item reads a comment, a section's head or a name with its value.
func (p *configParser) item() error {
	switch c := p.text[0]; {
	case c == '#' || c == ';':
		p.skipLine()
		return nil
	case c == '[':
		return p.head()
	case isLetter(c):
		return p.entry()
	}
	return errConfigSyntax
}

func (p *configParser) skipSpace() {
	for p.text != "" && strings.IndexByte(" \t\r\n\v\f", p.text[0]) >= 0 {
		p.next()
	}
}

func (p *configParser) next() byte {
	c := p.text[0]
	p.text = p.text[1:]
	if c == '\n' {
		p.line++
	}
	return c
}

func (p *configParser) skipLine() {
	if i := strings.IndexByte(p.text, '\n'); i >= 0 {
		p.text = p.text[i:]
		return
	}
	p.text = ""
}

// head reads [section] or [section "subsection"].
func (p *configParser) head() error {
	p.next()
	n := 0
	for n < len(p.text) && (isLetter(p.text[n]) || isDigit(p.text[n]) || p.text[n] == '-' || p.text[n] == '.') {
		n++
	}
	name := strings.ToLower(p.text[:n])
	p.text = strings.TrimLeft(p.text[n:], " \t")
	if name == "" || p.text == "" {
		return errConfigSyntax
	}
	if p.text[0] == '"' {
		sub, err := p.subsection()
		if err != nil {
			return err
		}
		name += "." + sub
	}
	if p.text == "" || p.next() != ']' {
		return errConfigSyntax
	}
	p.section = name + "."
	return nil
}

func (p *configParser) subsection() (string, error) {
	var sub strings.Builder
	for p.next(); p.text != ""; {
		switch c := p.next(); {
		case c == '"':
			return sub.String(), nil
		case c == '\n' || c == '\\' && (p.text == "" || p.text[0] == '\n'):
			return "", errConfigSyntax
		case c == '\\':
			sub.WriteByte(p.next())
		default:
			sub.WriteByte(c)
		}
	}
	return "", errConfigSyntax
}

// entry reads a name and what follows the sign of equality.
func (p *configParser) entry() error {
	n := 0
	for n < len(p.text) && (isLetter(p.text[n]) || isDigit(p.text[n]) || p.text[n] == '-') {
		n++
	}
	e := configEntry{key: p.section + strings.ToLower(p.text[:n]), bare: true}
	p.text = strings.TrimLeft(p.text[n:], " \t")
	if p.section == "" {
		return errConfigSyntax
	}
	switch {
	case p.text == "" || strings.IndexByte("\r\n#;", p.text[0]) >= 0:
	case p.text[0] == '=':
		p.next()
		var err error
		if e.value, err = p.value(); err != nil {
			return err
		}
		e.bare = false
	default:
		return errConfigSyntax
	}
	return p.add(e)
}

// value reads to the end of the line: quotes, escapes, comments, and lines that
// go on after a backslash. Space around it and outside of quotes does not count.
func (p *configParser) value() (string, error) {
	var out strings.Builder
	quoted := false
	end := 0 // of out without trailing space
	for p.text != "" && p.text[0] != '\n' {
		c := p.next()
		switch {
		case c == '\r' && (p.text == "" || p.text[0] == '\n'):
			continue
		case c == '"':
			quoted = !quoted
			end = out.Len()
			continue
		case !quoted && (c == '#' || c == ';'):
			p.skipLine()
			continue
		case !quoted && (c == ' ' || c == '\t'):
			if out.Len() > 0 {
				out.WriteByte(c)
			}
			continue
		case c == '\\':
			if err := p.escape(&out); err != nil {
				return "", err
			}
		default:
			out.WriteByte(c)
		}
		end = out.Len()
	}
	if quoted {
		return "", errConfigSyntax
	}
	return out.String()[:end], nil
}

func (p *configParser) escape(out *strings.Builder) error {
	p.text = strings.TrimPrefix(p.text, "\r") // a line that goes on may end as on Windows
	if p.text == "" {
		return nil
	}
	switch c := p.next(); c {
	case '\n':
	case 'n':
		out.WriteByte('\n')
	case 't':
		out.WriteByte('\t')
	case 'b':
		out.WriteByte('\b')
	case '\\', '"':
		out.WriteByte(c)
	default:
		return errConfigSyntax
	}
	return nil
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
