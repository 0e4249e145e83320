package recorder

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// words looks through what people wrote about a run, but for what the other
// side has already.
func (l *secretLook) words(r *Run, theirs notes) {
	known := map[string]bool{}
	for _, text := range notedTexts(theirs) {
		known[text[1]] = true
	}
	for _, text := range notedTexts(r.notes) {
		if !known[text[1]] {
			l.text(text[0], strings.NewReader(text[1]))
		}
	}
}

// notedTexts are the texts of notes, each behind what it is called.
func notedTexts(n notes) [][2]string {
	var texts [][2]string
	for _, field := range []string{record.Title, record.Description, record.Conclusion} {
		if text, ok := n.Get(field); ok {
			texts = append(texts, [2]string{field, text})
		}
		for _, lost := range n.Earlier(field) {
			texts = append(texts, [2]string{"earlier " + field, lost.Value})
		}
	}
	for _, tag := range n.AllTags(nil) {
		texts = append(texts, [2]string{"tag", tag})
	}
	return texts
}

// params looks through the title that the run was started with and its
// parameters. The recorder masks those, others may not.
func (l *secretLook) params(r *Run) {
	l.text("title", strings.NewReader(r.started.Title))
	params, err := r.Params()
	if err != nil {
		return // nobody can read them
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		l.text("parameter "+name, strings.NewReader(fmt.Sprint(params[name])))
	}
}
