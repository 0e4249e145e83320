package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/exprec/exprec/views/console"
)

// encode writes v as JSON on a screen. What a terminal could take for a
// command is escaped as JSON does, so it may be looked at as it is.
func encode(s *screen, v any, indent string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	s.raw(escapeJSON(b.Bytes()))
	return s.err
}

// escapeJSON escapes dangerous characters of JSON text. They can only stand
// in strings, so any may be replaced.
func escapeJSON(b []byte) []byte {
	if harmless(string(b)) {
		return b
	}
	safe := make([]byte, 0, len(b)+len(b)/8)
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == '\n' || r == '\t' || !console.Hidden(r):
			safe = append(safe, b[i:i+n]...)
		case r > 0xffff:
			high, low := surrogates(r)
			safe = fmt.Appendf(safe, `\u%04x\u%04x`, high, low)
		default:
			safe = fmt.Appendf(safe, `\u%04x`, r)
		}
		i += n
	}
	return safe
}

// surrogates splits a character as JSON's escapes want it.
func surrogates(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// list is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
