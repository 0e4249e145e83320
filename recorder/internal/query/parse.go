package query

import (
	"fmt"
	"slices"
	"strings"
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

// term reads a word, or a key with what is asked of it.
func (p *parser) term() (node, *Error) {
	p.skipBlanks()
	switch c := p.peek(); {
	case p.ended():
		return nil, p.fail(p.pos, p.pos, "something is missing at the end")
	case c == ')' || p.nextIs("or") || p.nextIs("and"):
		return nil, p.fail(p.pos, p.pos+1, "something is missing before this")
	}
	at := p.pos
	k, name, err := p.key()
	if err != nil {
		return nil, err
	}
	op := p.operator()
	var n node
	switch {
	case op != "":
		n, err = p.asked(k, name, op)
	case k.Of != "":
		err = p.fail(at, p.pos, fmt.Sprintf("%s is compared with nothing, write %s=0.5.. or the like", k, k))
	case name.text == "":
		err = p.fail(at, p.pos, "an empty word matches everything")
	default:
		n, err = p.word(name)
	}
	p.skipBlanks()
	return n, err
}

func (p *parser) word(name piece) (node, *Error) {
	w := &word{text: name.text, glob: !name.quoted && hasWildcard(name.text)}
	if w.glob && len(w.text) > maxPattern {
		return nil, p.fail(name.at, name.end, fmt.Sprintf("a pattern of %d bytes is too long, %d are allowed", len(w.text), maxPattern))
	}
	return w, nil
}

// key reads a key, or a bare word.
func (p *parser) key() (Key, piece, *Error) {
	name, err := p.name()
	if err != nil {
		return Key{}, name, err
	}
	open := p.pos
	if name.text == "" && !name.quoted {
		return Key{}, name, p.fail(p.pos, min(p.pos+1, len(p.text)), "a key or a word is missing before this")
	}
	if name.quoted || !p.take("(") {
		return keyOf(name.text), name, nil
	}
	of, err := p.inside(open)
	if err != nil {
		return Key{}, name, err
	}
	if !slices.Contains(functions, name.text) {
		e := p.fail(name.at, name.end, fmt.Sprintf("there is no function %.40q", name.text))
		e.Instead = nearest(name.text, functions)
		return Key{}, name, e
	}
	k := keyOf(of.text)
	switch k.Space {
	case BuiltIn, Param:
		return Key{}, name, p.fail(of.at, of.end, fmt.Sprintf("%s() is of scalars, and %.40q is none", name.text, of.text))
	}
	return Key{Space: Scalar, Name: k.Name, Of: name.text}, name, nil
}

// operators, the longer ones first.
var operators = []string{"<=", ">=", "!=", "==", "<", ">", "=", ":"}

// operator passes over an operator, and over blanks around it but for the
// colon's.
func (p *parser) operator() string {
	at := p.pos
	p.skipBlanks()
	for _, op := range operators {
		if op == ":" && p.pos > at || !p.take(op) {
			continue
		}
		if op != ":" {
			p.skipBlanks()
		}
		return op
	}
	p.pos = at
	return ""
}

// asked reads what is asked of a key.
func (p *parser) asked(k Key, name piece, op string) (node, *Error) {
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	if v.text == "" && !v.quoted {
		return nil, p.fail(v.at, v.end, fmt.Sprintf("a value is missing after %s%s", k, op))
	}
	if op == ":" && !name.quoted {
		switch name.text {
		case "has":
			return p.presence(v)
		case "missing":
			n, err := p.presence(v)
			return &notOf{n}, err
		case "changed":
			return p.checked(&comparison{key: Key{Space: Changed}, how: textual(v), a: v.text}, v)
		}
	}
	c := &comparison{key: k, a: v.text}
	switch op {
	case ":":
		c.how = textual(v)
	case "<":
		c.how = less
	case ">":
		c.how = more
	case "<=":
		c.how, c.a, c.b = within, "", v.text
	case ">=":
		c.how, c.a = within, strings.TrimSuffix(v.text, ".") // 1... would read as 1 to .
	default:
		c.exactly(v)
	}
	if c.how == within && (hasBlank(c.a+c.b) || v.quoted) {
		return nil, p.fail(v.at, v.end, "the end of a range is not quoted, write a date as 2026-11-01T12:30")
	}
	n, err := p.checked(c, v)
	if op == "!=" {
		return &notOf{n}, err
	}
	return n, err
}

// exactly takes the value after an equals sign: a range, or the value itself.
func (c *comparison) exactly(v piece) {
	from, to, ranged := strings.Cut(v.text, "..")
	switch {
	case v.quoted, v.text[0] == '=':
		c.how = literal
	case ranged:
		c.how, c.a, c.b = within, from, to
	default:
		c.how = equal
	}
}

// textual is how a value after a colon is compared.
func textual(v piece) how {
	if !v.quoted && hasWildcard(v.text) {
		return glob
	}
	return contains
}

// presence reads what has: and missing: ask for.
func (p *parser) presence(v piece) (node, *Error) {
	if k, ok := contentOf(v.text); ok {
		return &presence{k}, nil
	}
	inner := &parser{scanner: scanner{text: p.text[v.at:v.end]}}
	k, _, err := inner.key()
	if err == nil && inner.pos < len(inner.text) {
		err = inner.fail(inner.pos, len(inner.text), "a key ends here")
	}
	if err != nil {
		err.Query, err.At, err.End = p.text, err.At+v.at, err.End+v.at
		return nil, err
	}
	return &presence{k}, nil
}

// checked reports whether the key can be compared like that.
func (p *parser) checked(c *comparison, v piece) (node, *Error) {
	if _, err := c.test(p.now); err != nil {
		e := p.fail(v.at, v.end, err.what)
		e.Instead = err.instead
		return nil, e
	}
	return c, nil
}
