package main

import (
	"io"
	"unicode/utf8"
)

// A sanitizer is a writer that prints a stream of text on a screen. A
// character that is cut by the end of a chunk waits for the next one.
type sanitizer struct {
	screen *screen
	rest   []byte
}

var _ io.WriteCloser = (*sanitizer)(nil)

func (z *sanitizer) Write(b []byte) (int, error) {
	chunk := append(z.rest, b...)
	n := len(chunk) - cut(chunk)
	z.screen.print(text{words: string(chunk[:n])})
	z.rest = append([]byte(nil), chunk[n:]...)
	return len(b), z.screen.err
}

// Close prints what is left: a character without its end.
func (z *sanitizer) Close() error {
	z.screen.print(text{words: string(z.rest)})
	z.rest = nil
	return z.screen.err
}

// cut counts the last bytes of b that may be the start of a longer character.
func cut(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		tail := b[len(b)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
