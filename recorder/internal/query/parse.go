package query

import (
	"fmt"
	"time"
)

// Limits of a query.
const (
	maxQuery = 64 << 10 // bytes
	maxDepth = 100      // ( and not within each other
)

// Parse reads a query. Dates in it are meant where and when now is. The error
// is an [*Error].
func Parse(text string, now time.Time) (*Query, error) {
	p := &parser{scanner: scanner{text: text}, now: now}
	if len(text) > maxQuery {
		return nil, p.fail(0, 0, fmt.Sprintf("a query of %d bytes is too long, %d are allowed", len(text), maxQuery))
	}
	q := &Query{now: now}
	p.skipBlanks()
	if p.pos == len(text) {
		return q, nil
	}
	root, err := p.or(0)
	if err == nil && p.pos < len(text) {
		err = p.fail(p.pos, p.pos+1, "a ) has no ( before it")
	}
	if err != nil {
		return nil, err
	}
	q.root = root
	return q, nil
}

// ParseKey reads a key alone, such as status, lr or min(val/loss).
func ParseKey(text string) (Key, error) {
	p := &parser{scanner: scanner{text: text}}
	if len(text) > maxQuery {
		return Key{}, p.fail(0, 0, "the key is too long")
	}
	p.skipBlanks()
	k, _, err := p.key()
	if err == nil {
		p.skipBlanks()
		if p.pos < len(text) {
			err = p.fail(p.pos, len(text), "a key was expected to end here")
		}
	}
	if err != nil {
		return Key{}, err
	}
	return k, nil
}

type parser struct {
	scanner
	now time.Time
}

// or reads parts between which there is "or".
func (p *parser) or(depth int) (node, *Error) {
	var parts []node
	for {
		part, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !p.keyword("or") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return &anyOf{parts}, nil
}

// and reads parts with a space or "and" between them.
func (p *parser) and(depth int) (node, *Error) {
	var parts []node
	for {
		part, err := p.not(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		and := p.keyword("and")
		if !and && (p.ended() || p.peek() == ')' || p.nextIs("or")) {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return &allOf{parts}, nil
}

func (p *parser) not(depth int) (node, *Error) {
	p.skipBlanks()
	start := p.pos
	if depth > maxDepth {
		return nil, p.fail(start, start, "the query is nested too deep")
	}
	if p.keyword("not") {
		part, err := p.not(depth + 1)
		return &notOf{part}, err
	}
	if !p.take("(") {
		return p.term()
	}
	inner, err := p.or(depth + 1)
	if err == nil && !p.take(")") {
		err = p.fail(start, start+1, "the ( is never closed")
	}
	p.skipBlanks()
	return inner, err
}

// nextIs reports whether a keyword is next: a bare word by itself, not a key.
func (p *parser) nextIs(keyword string) bool {
	p.skipBlanks()
	at := p.pos
	defer func() { p.pos = at }()
	word, err := p.name()
	return err == nil && !word.quoted && sameFold(word.text, keyword) &&
		(p.pos == len(p.text) || blank(p.peek()) || p.peek() == '(' || p.peek() == ')')
}

// keyword passes over a keyword if it is next, and the blanks around it.
func (p *parser) keyword(keyword string) bool {
	if !p.nextIs(keyword) {
		return false
	}
	p.pos += len(keyword)
	p.skipBlanks()
	return true
}
