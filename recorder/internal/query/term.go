package query

import (
	"fmt"
	"slices"
	"strings"
)

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
	switch {
	case k.Space == BuiltIn && !IsLater(k.Name), k.Space == Param:
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
