package views

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/console"
)

// Bounds of looking for a text in an output.
const (
	maxFind     = 200              // bytes of the text
	maxFound    = 500              // lines
	maxFindTime = 10 * time.Second // after which what was found is shown
	foundAround = 120              // bytes of a line before what was found
	foundShown  = 400              // and of the line in all
)

// foundView are the lines of an output that hold a text.
type foundView struct {
	Lines []foundLine
	More  bool  // there may be more of them
	Until int64 // the last line that was looked at
}

type foundLine struct {
	Number int64
	URL    string
	Spans  []diffSpan
	Err    bool
}

// errFoundEnough ends looking.
var errFoundEnough = errors.New("enough was found")

// findLines looks for a text in all lines, as they are shown, whatever its case.
func findLines(ctx context.Context, log *outputLog, run *recorder.Run, v *outputView) (*foundView, error) {
	found := &foundView{}
	want := strings.ToLower(v.Find)
	deadline := time.Now().Add(maxFindTime)
	_, err := log.lines(ctx, run, 1, max(v.Lines, 1), func(l console.Line) error {
		found.Until = l.Number
		text := l.Text()
		lower := strings.ToLower(text)
		if at := strings.Index(lower, want); at >= 0 {
			if len(lower) != len(text) { // a character whose other case has another length
				text = lower
			}
			found.Lines = append(found.Lines, foundLine{Number: l.Number, URL: v.lineURL(l.Number), Spans: spansAround(text, at, len(want)), Err: l.Complaint()})
		}
		if len(found.Lines) >= maxFound || time.Now().After(deadline) {
			return errFoundEnough
		}
		return nil
	})
	if errors.Is(err, errFoundEnough) {
		found.More, err = found.Until < v.Lines, nil
	}
	return found, err
}

// spansAround is a part of a line around n bytes of it.
func spansAround(text string, at, n int) []diffSpan {
	from := 0
	if at > foundAround {
		from = runeStart(text, at-foundAround)
	}
	to := runeStart(text, min(len(text), max(from+foundShown, at+n)))
	spans := []diffSpan{{Text: text[from:at]}, {Text: text[at : at+n], Mark: true}, {Text: text[at+n : to]}}
	if from > 0 {
		spans[0].Text = "… " + spans[0].Text
	}
	if to < len(text) {
		spans[2].Text += " …"
	}
	return spans
}

// runeStart is the beginning of the character at a place.
func runeStart(text string, at int) int {
	for at > 0 && at < len(text) && text[at]&0xc0 == 0x80 {
		at--
	}
	return at
}
