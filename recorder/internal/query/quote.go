package query

import "strings"

// special are the characters that mean something in a word; so does != but not
// a ! alone.
const special = "\"():=<>"

func isSpecial(s string) bool {
	return s == "" || strings.ContainsAny(s, special) || strings.Contains(s, "!=") || hasBlank(s) || isKeyword(s)
}

// blank reports whether a byte separates words.
func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func hasBlank(s string) bool { return strings.ContainsAny(s, " \t\n\r") }

func hasWildcard(s string) bool { return strings.ContainsAny(s, "*?") }

// isKeyword reports whether a bare word joins parts of a query.
func isKeyword(s string) bool {
	switch strings.ToLower(s) {
	case "and", "or", "not":
		return true
	}
	return false
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// quoteWord quotes a word that would not stand for itself. Quotes take the
// meaning of * and ? away.
func quoteWord(s string, glob bool) string {
	if isSpecial(s) || hasWildcard(s) != glob {
		return quoted(s)
	}
	return s
}

// quoteKey does the same for a key, whose last ! would join an = behind it.
func quoteKey(s string) string {
	if isSpecial(s) || strings.HasSuffix(s, "!") {
		return quoted(s)
	}
	return s
}

// quoteIn quotes a name within the ( ) of a function.
func quoteIn(s string) string {
	if s == "" || strings.ContainsAny(s, `"()`) || strings.TrimSpace(s) != s {
		return quoted(s)
	}
	return s
}

// quoteValue quotes what follows an operator. A pattern cannot be quoted: it
// is as it was read.
func quoteValue(s string, glob bool) string {
	if glob {
		return s
	}
	if s == "" || strings.ContainsAny(s, `"()`) || hasBlank(s) || s[0] == '=' || hasWildcard(s) {
		return quoted(s)
	}
	return s
}
