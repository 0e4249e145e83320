package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// messages is where the recorder talks to people, also while the terminal
// leaves the return to the beginning of a line to who writes.
type messages struct {
	to  io.Writer
	mu  sync.Mutex
	raw bool
}

func (m *messages) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := sanitize(string(b))
	if m.raw {
		text = "\r" + strings.ReplaceAll(text, "\n", "\r\n")
	}
	_, err := io.WriteString(m.to, text)
	return len(b), err
}

// say writes one line.
func (m *messages) say(format string, args ...any) {
	fmt.Fprintf(m, "exprec: "+format+"\n", args...)
}

// setRaw says how the terminal is.
func (m *messages) setRaw(raw bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.raw = raw
}

// unreturned takes back the returns that a terminal puts in front of the ends
// of lines, so that the record has what the command wrote.
type unreturned struct {
	to   io.Writer
	held bool // a return that may be one of them
	buf  []byte
}

func (u *unreturned) Write(b []byte) (int, error) {
	size := len(b)
	u.buf = u.buf[:0]
	if u.held {
		u.buf = append(u.buf, '\r')
		u.held = false
	}
	u.buf = append(u.buf, b...)
	if len(b) > 0 && b[len(b)-1] == '\r' {
		u.buf, u.held = u.buf[:len(u.buf)-1], true
	}
	kept := u.buf[:0]
	for rest := u.buf; len(rest) > 0; {
		at := bytes.Index(rest, []byte("\r\n"))
		if at < 0 {
			kept = append(kept, rest...)
			break
		}
		kept = append(append(kept, rest[:at]...), '\n')
		rest = rest[at+2:]
	}
	_, err := u.to.Write(kept)
	return size, err
}

// Close writes what was held back.
func (u *unreturned) Close() error {
	if !u.held {
		return nil
	}
	u.held = false
	_, err := u.to.Write([]byte{'\r'})
	return err
}
