package query

import "strings"

// WordAt gives where the term around a byte of a query begins and ends. It makes
// do with a query that cannot be parsed: somebody is typing it.
func WordAt(text string, at int) (from, to int) {
	quoted, depth := false, 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		ends := false
		switch {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case blank(c):
			ends, depth = true, 0
		case c == '(':
			if i == from { // it sets terms apart
				ends = true
			} else {
				depth++
			}
		case c == ')':
			ends = depth == 0
			depth = max(depth-1, 0)
		}
		if !ends {
			continue
		}
		if i >= at {
			return from, i
		}
		from = i + 1
	}
	return min(from, at), len(text)
}

// SplitTerm takes a term apart at its operator, as far as it has one.
func SplitTerm(term string) (key, operator, value string) {
	quoted, depth := false, 0
	for i := 0; i < len(term); i++ {
		switch c := term[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth > 0:
		default:
			for _, op := range operators {
				if strings.HasPrefix(term[i:], op) {
					return term[:i], op, term[i+len(op):]
				}
			}
		}
	}
	return term, "", ""
}
