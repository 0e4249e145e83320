package views

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder"
)

// diffText is the text of a line with its marks. It is no template: not a space
// may come in between.
func diffText(row *diffRow) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, span := range row.Spans {
			text := templ.EscapeString(span.Text)
			if span.Mark {
				text = "<mark>" + text + "</mark>"
			}
			b.WriteString(text)
		}
		if row.NoFeed {
			b.WriteString(`<span class="dim" title="no line feed at the end of the file"> ∅</span>`)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// withoutReturns takes the carriage returns from the lines of a hunk whose lines
// all have one: a file from Windows is to be read, too.
func withoutReturns(h recorder.Hunk) recorder.Hunk {
	for _, l := range h.Lines {
		if !strings.HasSuffix(l.Text, "\r") {
			return h
		}
	}
	lines := append(h.Lines[:0:0], h.Lines...)
	for i := range lines {
		lines[i].Text = strings.TrimSuffix(lines[i].Text, "\r")
	}
	h.Lines = lines
	return h
}

// sideNumber is the number of a line in one of two columns.
func sideNumber(row *diffRow, left bool) string {
	if left {
		return lineNumber(row.A)
	}
	return lineNumber(row.B)
}

// count0 is a whole number with separators.
func count0(n int) string { return humanize.Comma(int64(n)) }
