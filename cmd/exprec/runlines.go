package main

import "bytes"

// longestLine is how long a line may be to be looked at, in bytes.
const longestLine = 64 << 10

// A reader takes what it knows from lines of output.
type reader interface {
	// needle is what every line has that the reader takes something from; it is
	// nil where any line may. It is asked for each piece of output.
	needle(piece []byte) []byte
	// read takes a line without its end and without colours.
	read(line []byte)
}

// lines cuts what a command prints on one stream into lines for its readers.
// Progress bars end theirs by a carriage return alone. No more than one line
// is kept, and a long one not at all.
type lines struct {
	readers []reader
	open    bool   // a line has begun and not ended yet
	rest    []byte // what there is of it
}

// Write looks at a piece of output. It never fails.
func (l *lines) Write(piece []byte) (int, error) {
	b := piece
	if l.open {
		end := lineEnd(b)
		if end < 0 {
			l.grow(b)
			return len(piece), nil
		}
		l.grow(b[:end])
		l.finish()
		b = b[end+1:]
	}
	whole := b[:lastEnd(b)+1]
	for _, r := range l.readers {
		scan(r, whole)
	}
	if rest := b[len(whole):]; len(rest) > 0 {
		l.open = true
		l.grow(rest)
	}
	return len(piece), nil
}

// grow adds to the line that has not ended.
func (l *lines) grow(b []byte) {
	if room := longestLine + 1 - len(l.rest); len(b) > room {
		b = b[:room]
	}
	l.rest = append(l.rest, b...)
}

// finish ends the line that has not: it will not go on.
func (l *lines) finish() {
	for _, r := range l.readers {
		if needle := r.needle(l.rest); bytes.Contains(l.rest, needle) {
			readLine(r, l.rest)
		}
	}
	l.open, l.rest = false, l.rest[:0]
}

// scan gives a reader the lines of a piece that has whole ones only.
func scan(r reader, piece []byte) {
	needle := r.needle(piece)
	for len(piece) > 0 {
		at := 0
		if needle != nil {
			if at = bytes.Index(piece, needle); at < 0 {
				return
			}
		}
		begin := lastEnd(piece[:at]) + 1
		end := at + lineEnd(piece[at:])
		readLine(r, piece[begin:end])
		piece = piece[end+1:]
	}
}

func readLine(r reader, line []byte) {
	if len(line) > 0 && len(line) <= longestLine {
		r.read(uncoloured(line))
	}
}

// lineEnd is where a line ends, -1 where it does not.
func lineEnd(b []byte) int {
	feed := bytes.IndexByte(b, '\n')
	if feed < 0 {
		return bytes.IndexByte(b, '\r')
	}
	if back := bytes.IndexByte(b[:feed], '\r'); back >= 0 {
		return back
	}
	return feed
}

// lastEnd is where the last of the lines ends, -1 where none does.
func lastEnd(b []byte) int {
	feed := bytes.LastIndexByte(b, '\n')
	if back := bytes.LastIndexByte(b[feed+1:], '\r'); back >= 0 {
		return feed + 1 + back
	}
	return feed
}

const escapeByte = 0x1b

// uncoloured is a line without the sequences that a terminal obeys.
func uncoloured(line []byte) []byte {
	at := bytes.IndexByte(line, escapeByte)
	if at < 0 {
		return line
	}
	var plain []byte
	for ; at >= 0; at = bytes.IndexByte(line, escapeByte) {
		plain = append(plain, line[:at]...)
		line = line[at+sequence(line[at:]):]
	}
	return append(plain, line...)
}

// sequence is the length of the sequence that b begins with: one that begins
// with [ and goes to a letter or its like, one that begins with ] and goes to a
// bell or a terminator, or two characters.
func sequence(b []byte) int {
	if len(b) < 2 {
		return len(b)
	}
	switch b[1] {
	case '[':
		for i, c := range b[2:] {
			if c >= 0x40 && c <= 0x7e {
				return i + 3
			}
		}
		return len(b)
	case ']':
		for i, c := range b[2:] {
			if c == 0x07 {
				return i + 3
			}
			if c == escapeByte {
				return min(i+4, len(b))
			}
		}
		return len(b)
	}
	return 2
}
