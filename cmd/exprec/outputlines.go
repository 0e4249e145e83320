package main

import (
	"bytes"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

const (
	// heldLine is how much of a line is held back for its end, in bytes; of
	// one that is printed as it was, all.
	heldLine = 1 << 20
	// releaseEvery is how often the beginnings of lines are shown while a run
	// is followed: their ends may not come for long.
	releaseEvery = time.Second
)

// A printer prints what programs printed, line by line, so that the lines of
// two streams do not get into each other.
type printer struct {
	screen *screen
	raw    bool                       // bytes as they are
	stamp  func(time.Duration) string // of a line's time, nil for none
	last   int                        // hold back all but so many of the last lines; negative: hold back none
	width  int                        // columns at which lines are cut, 0 for none

	begun    [2]printedLine // lines whose end is to come, by stream
	held     []printedLine
	open     *printedLine // the line of begun whose beginning stands on the screen
	released time.Time
}

// printedLine is a line of a stream, or a part of one.
type printedLine struct {
	text []byte
	at   time.Duration
}

// take takes the next piece.
func (p *printer) take(piece recorder.Piece) {
	if p.raw && p.stamp == nil && p.last < 0 {
		p.screen.raw(piece.Text)
		return
	}
	line := &p.begun[0]
	if piece.Stream == "stderr" {
		line = &p.begun[1]
	}
	for text := range bytes.Lines(piece.Text) {
		if len(line.text) == 0 {
			line.at = piece.Time
		}
		line.text = append(line.text, text...)
		if text[len(text)-1] == '\n' || len(line.text) >= heldLine && !p.raw {
			p.finish(line)
		}
	}
}

// finish is done with a line that has ended, or has grown too long.
func (p *printer) finish(line *printedLine) {
	if p.last < 0 {
		p.print(line)
		return
	}
	p.held = append(p.held, printedLine{bytes.Clone(line.text), line.at})
	if len(p.held) > 2*p.last {
		p.held = append(p.held[:0], p.held[len(p.held)-p.last:]...)
	}
	line.text = line.text[:0]
}

// print prints what there is of a line.
func (p *printer) print(line *printedLine) {
	if p.open != line || !p.raw && overwrites(line.text) {
		p.interrupt()
		if p.stamp != nil {
			p.screen.print(plain("%s  ", p.stamp(line.at)))
		}
	}
	p.open = line
	if bytes.HasSuffix(line.text, []byte("\n")) {
		p.open = nil
	}
	if p.raw {
		p.screen.raw(line.text)
	} else {
		p.screen.print(text{words: p.cut(lastState(line.text))})
	}
	line.text = line.text[:0]
}

// cut makes a line harmless, and short where that is wanted.
func (p *printer) cut(line []byte) string {
	words := sanitize(string(line))
	if p.width == 0 {
		return words
	}
	whole, end := strings.CutSuffix(words, "\n")
	if !end {
		return shorten(whole, p.width)
	}
	return shorten(whole, p.width) + "\n"
}

// interrupt ends the line that stands on the screen without its end.
func (p *printer) interrupt() {
	if p.open != nil {
		p.screen.raw([]byte("\n"))
		p.open = nil
	}
}

// release prints what was held back; the beginnings of lines only now and
// then, so that a progress bar does not fill the screen.
func (p *printer) release() {
	p.printHeld()
	if time.Since(p.released) < releaseEvery {
		return
	}
	p.released = time.Now()
	for i := range p.begun {
		line := &p.begun[i]
		if len(lastState(line.text)) > 0 && cut(line.text) == 0 {
			p.print(line)
		}
	}
}

func (p *printer) printHeld() {
	if p.last < 0 {
		return
	}
	for _, line := range p.held[max(0, len(p.held)-p.last):] {
		p.print(&line)
	}
	p.held, p.last = nil, -1
}

// end prints what is left. A last line gets an end unless its bytes were asked
// for.
func (p *printer) end() {
	for i := range p.begun {
		if line := &p.begun[i]; len(line.text) > 0 {
			p.finish(line)
		}
	}
	p.printHeld()
	if !p.raw {
		p.interrupt()
	}
}

// overwrites reports whether a line goes back to its beginning.
func overwrites(line []byte) bool {
	return bytes.ContainsRune(bytes.TrimRight(line, "\r\n"), '\r')
}

// lastState is what a terminal shows in the end of a line that goes back to its
// beginning, as far as the last words are not shorter than those before.
func lastState(line []byte) []byte {
	words := bytes.TrimRight(line, "\r\n")
	words = words[bytes.LastIndexByte(words, '\r')+1:]
	if bytes.HasSuffix(line, []byte("\n")) {
		return append(bytes.Clone(words), '\n')
	}
	return words
}
