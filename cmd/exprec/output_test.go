package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder"
)

// printed is what a printer makes of pieces "o:…" of stdout and "e:…" of
// stderr; "~" is a moment in which a follower waits.
func printed(t *testing.T, p printer, pieces ...string) string {
	t.Helper()
	screen, b := page(0, false)
	p.screen = screen
	for i, piece := range pieces {
		stream, text, _ := strings.Cut(piece, ":")
		switch stream {
		case "o", "e":
			name := map[string]string{"o": "stdout", "e": "stderr"}[stream]
			p.take(recorder.Piece{Stream: name, Time: time.Duration(i) * time.Second, Text: []byte(text)})
		case "~":
			p.released = time.Time{}
			p.release()
		default:
			t.Fatalf("no piece: %q", piece)
		}
	}
	p.end()
	if err := screen.flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPrinter(t *testing.T) {
	all := printer{last: -1}
	seconds := func(at time.Duration) string { return fmt.Sprintf("%.0f", at.Seconds()) }
	for _, c := range []struct {
		name   string
		p      printer
		pieces []string
		want   string
	}{
		{"lines", all, []string{"o:a\nb\n", "e:c\n"}, "a\nb\nc\n"},
		{"a last line without an end", all, []string{"o:a\nb"}, "a\nb\n"},
		{"lines that began in turn", all, []string{"o:one ", "e:err", "o:line\n", "e:or\n", "o:x"}, "one line\nerror\nx\n"},
		{"control characters", all, []string{"o:\x1b[31mred\x1b[0m\a\n"}, `\x1b[31mred\x1b[0m\x07` + "\n"},
		{"a character in two pieces", all, []string{"o:h\xc3", "o:\xb6he\n"}, "höhe\n"},
		{"a progress bar", all, []string{"o:\r 1%", "o:\r50%\r", "o:100%\r\n", "o:done\r\n"}, "100%\ndone\n"},
		{"empty lines", all, []string{"o:\n\n\r\n"}, "\n\n\n"},
		{"the last two", printer{last: 2}, []string{"o:1\n2\n3\n4\n5\n6", "e:7\n"}, "7\n6\n"},
		{"the last none", printer{last: 0}, []string{"o:1\n2\n3"}, ""},
		{"more than there are", printer{last: 9}, []string{"o:1\n2\n"}, "1\n2\n"},
		{"bytes", printer{raw: true, last: -1}, []string{"o:\x1b[1m\xff\r", "e:x"}, "\x1b[1m\xff\rx"},
		{"the last bytes", printer{raw: true, last: 1}, []string{"o:1\n\x1b[1m\xff\r\n"}, "\x1b[1m\xff\r\n"},
		{"times", printer{last: -1, stamp: seconds}, []string{"o:a\nb", "e:x\n", "o:c\n"}, "0  a\n1  x\n0  bc\n"},
		{"followed: a beginning is shown", all, []string{"o:wait", "~", "o:ing\n"}, "waiting\n"},
		{"followed: with its time once", printer{last: -1, stamp: seconds}, []string{"o:wait", "~", "o:ing\n"}, "0  waiting\n"},
		{"followed: another stream comes between", all, []string{"o:wait", "~", "e:oops\n", "o:ing\n"}, "wait\noops\ning\n"},
		{"followed: a progress bar", all, []string{"o:\r10%", "~", "o:\r20%", "o:\r30%", "~", "o:\n"}, "10%\n30%\n"},
		{"followed: not half a character", all, []string{"o:h\xc3", "~", "o:\xb6he\n"}, "höhe\n"},
		{"followed: the last one, then all", printer{last: 1}, []string{"o:1\n2\n", "~", "o:3\n4\n"}, "2\n3\n4\n"},
	} {
		if got := printed(t, c.p, c.pieces...); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A line without end is no reason to hold all of it in memory.
func TestPrinterOfAnEndlessLine(t *testing.T) {
	p := printer{last: -1}
	piece := "o:" + strings.Repeat("x", heldLine/4)
	got := printed(t, p, piece, piece, piece, piece, piece, "e:y\n")
	if want := strings.Repeat("x", heldLine) + "\ny\n" + strings.Repeat("x", heldLine/4) + "\n"; got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
}
