package record

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestRecordMessage(t *testing.T) {
	run := goldenRun()
	run.Command = []string{"./train", "--lr", "0.1"}
	b := goldenBuilder()
	want := `wider layer: failed after 1m23s

./train --lr 0.1

Error: loss is NaN at step 7

Parameters
  bytes            2 bytes
  epochs           20
  infinity         -Inf
  layers           [64 32]
  lr               0.1
  name             naïve
  negative         -40000
  none             none
  optimizer.betas  [0.9 0.999]
  optimizer.name   adam
  seed             18446744073709551615
  shuffle          true
  single           1.5

Results
  test/accuracy  0.9725
  nan            NaN
  zero           0

Scalars
  test/accuracy  0.95 at step 9, min 0.45, max 0.95
  train/loss     0.01 at step 990, min 0.01, max 1
  odd            +Inf at step 9223372036854775807, min +Inf, max +Inf
`
	if got := RecordMessage(run, goldenParams(), b.Index()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := StartMessage(run), "wider layer: started\n\n./train --lr 0.1\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMessageNamesWhatItLeavesOut(t *testing.T) {
	params := map[string]any{}
	for i := range 50 {
		params[strings.Repeat("p", i+1)] = i
	}
	got := RecordMessage(&Run{Alias: "a", Status: Lost}, params, nil)
	if !strings.Contains(got, "  and 30 more\n") || !strings.HasPrefix(got, "a: lost\n") {
		t.Errorf("%s", got)
	}
}

// Whatever a run holds, its message is text in short lines with a subject.
func TestMessagesArePlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawRun(t)
		params := drawParams(t, 2)
		for _, message := range []string{StartMessage(run), RecordMessage(run, params, []ScalarSummary{{Name: drawText(t), Count: 2}})} {
			if !utf8.ValidString(message) || strings.ContainsAny(message, "\x00\x1b\r\u202e\u0085") || !strings.HasSuffix(message, "\n") {
				t.Fatalf("%q", message)
			}
			for line := range strings.Lines(message) {
				if utf8.RuneCountInString(line) > 3*messageWidth {
					t.Fatalf("a long line: %q", line)
				}
			}
			if subject, _, _ := strings.Cut(message, "\n"); strings.TrimSpace(subject) == "" {
				t.Fatalf("no subject: %q", message)
			}
		}
	})
}

// These are part of format 1: equal notes and recoveries give equal commits.
func TestFrozenMessages(t *testing.T) {
	if FixedAuthor != "exprec" || FixedEmail != "exprec@localhost" || RecoveredMessage != "exprec: recovered from the journal\n" || NotesMessage != "exprec: notes\n" {
		t.Error("a message that is derived has changed")
	}
}
