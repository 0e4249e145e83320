package views

import (
	"strings"
	"time"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Bounds of comparing two lines word by word.
const (
	maxWordLine = 500 // bytes of a line
	maxWordTime = 20 * time.Millisecond
	// minCommon is how much of the longer line both must have in common: lines
	// that are altogether different would be marked from end to end.
	minCommon = 0.3
)

// wordBudget bounds how many pairs of lines a page compares by words.
type wordBudget struct{ left int }

// mark marks the words that differ in two lines which took each other's place.
func (w *wordBudget) mark(del, add *diffRow, old, new string) {
	if len(old) > maxWordLine || len(new) > maxWordLine || w.left <= 0 {
		return
	}
	w.left--
	a, b, ok := changedWords(old, new)
	if ok {
		del.Spans, add.Spans = a, b
	}
}

// changedWords cuts two lines into what they have in common and what not. It
// reports false where marks would tell nothing.
func changedWords(old, new string) (a, b []diffSpan, ok bool) {
	known := map[string]rune{}
	var texts []string
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = maxWordTime
	diffs := dmp.DiffMainRunes(wordRunes(old, known, &texts), wordRunes(new, known, &texts), false)
	common := 0
	for _, d := range diffs {
		var text strings.Builder
		for _, r := range d.Text {
			text.WriteString(texts[r-1])
		}
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			common += len(strings.TrimSpace(text.String()))
			a, b = addSpan(a, text.String(), false), addSpan(b, text.String(), false)
		case diffmatchpatch.DiffDelete:
			a = addSpan(a, text.String(), true)
		case diffmatchpatch.DiffInsert:
			b = addSpan(b, text.String(), true)
		}
	}
	longer := max(len(strings.TrimSpace(old)), len(strings.TrimSpace(new)))
	return a, b, float64(common) >= minCommon*float64(longer) && common > 0
}

func addSpan(spans []diffSpan, text string, mark bool) []diffSpan {
	if text == "" {
		return spans
	}
	return append(spans, diffSpan{Text: visible(text), Mark: mark})
}

// wordRunes stands a rune for every word of a line: words, runs of spaces, and
// single other characters. A line of at most maxWordLine bytes has too few of
// them to reach the surrogates.
func wordRunes(line string, known map[string]rune, texts *[]string) []rune {
	var runes []rune
	for len(line) > 0 {
		word := line[:wordEnd(line)]
		line = line[len(word):]
		r, ok := known[word]
		if !ok {
			*texts = append(*texts, word)
			r = rune(len(*texts))
			known[word] = r
		}
		runes = append(runes, r)
	}
	return runes
}

// wordEnd is where the first word of a line ends.
func wordEnd(line string) int {
	first := -1
	for i, r := range line {
		kind := wordKind(r)
		switch {
		case first < 0:
			first = kind
		case kind != first || kind == otherCharacter:
			return i
		}
	}
	return len(line)
}

const (
	wordCharacter = iota
	spaceCharacter
	otherCharacter
)

func wordKind(r rune) int {
	switch {
	case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return wordCharacter
	case unicode.IsSpace(r):
		return spaceCharacter
	}
	return otherCharacter
}
