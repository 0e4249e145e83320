package views

import (
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

// systemFacts say what the program and its machine used.
func systemFacts(run *recorder.Run) []fact {
	figures, _ := run.System()
	var facts []fact
	for _, f := range figures {
		words := say.System(f.Name, f.Max) + " at most"
		if f.Count > 1 {
			words += ", " + say.System(f.Name, f.Last) + " in the end"
		}
		facts = append(facts, fact{strings.TrimPrefix(f.Name, "system/"), words})
	}
	return facts
}
