package main

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"strconv"

	"github.com/exprec/exprec/recorder"
)

// pattern reads scalars from lines that a regular expression matches: each of
// its named groups is one, and the group step is their step.
type pattern struct {
	expression *regexp.Regexp
	literal    []byte // that every match has, nil if there is none
	step       int    // the group, -1 if there is none
	to         *recorder.Experiment
}

func newPattern(expression string) (*pattern, error) {
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, usage("the syntax is that of RE2: https://golang.org/s/re2syntax", "--scalars: %v", err)
	}
	if onlyStep(re) {
		return nil, usage("name the number, as in 'loss=(?P<loss>\\S+)'", "--scalars %q has no group with a name", expression)
	}
	p := &pattern{expression: re, step: re.SubexpIndex("step")}
	if tree, err := syntax.Parse(expression, syntax.Perl); err == nil {
		if literal := longestLiteral(tree); literal != "" {
			p.literal = []byte(literal)
		}
	}
	return p, nil
}

// onlyStep reports whether an expression has no scalar.
func onlyStep(re *regexp.Regexp) bool {
	for _, name := range re.SubexpNames() {
		if name != "" && name != "step" {
			return false
		}
	}
	return true
}

// needle is the literal, unless colours may stand within it.
func (p *pattern) needle(piece []byte) []byte {
	if bytes.IndexByte(piece, escapeByte) >= 0 {
		return nil
	}
	return p.literal
}

func (p *pattern) read(line []byte) {
	for _, match := range p.expression.FindAllSubmatch(line, -1) {
		p.take(match)
	}
}

// take records the scalars of one match.
func (p *pattern) take(match [][]byte) {
	step, counted := 0, false
	if p.step >= 0 {
		n, err := strconv.Atoi(string(match[p.step]))
		step, counted = n, err == nil
	}
	for i, name := range p.expression.SubexpNames() {
		if name == "" || i == p.step || match[i] == nil {
			continue
		}
		f, err := strconv.ParseFloat(string(match[i]), 64)
		switch {
		case err != nil:
		case counted:
			p.to.AddScalar(name, f, step)
		default:
			p.to.Scalar(name).AddNext(f)
		}
	}
}

// longestLiteral is the longest text that everything has which an expression
// matches, empty if none is known.
func longestLiteral(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return string(re.Rune)
		}
	case syntax.OpCapture, syntax.OpPlus:
		return longestLiteral(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return longestLiteral(re.Sub[0])
		}
	case syntax.OpConcat:
		longest := ""
		for _, sub := range re.Sub {
			if literal := longestLiteral(sub); len(literal) > len(longest) {
				longest = literal
			}
		}
		return longest
	}
	return ""
}
