package recorder

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/arguments"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// setArguments records the parameters that the command's words hold, and those
// that were given beside, which win. Secrets are masked.
func (e *Experiment) setArguments(c Command) {
	if !c.NoArguments {
		for _, p := range arguments.Parse(redact.Args(c.Args)) {
			if checkName("parameter", p.Name) == nil { // any word may look like one
				e.SetParameter(p.Name, p.Value)
			}
		}
	}
	for _, word := range redact.Args(c.Parameters) {
		name, value, _ := strings.Cut(word, "=")
		e.SetParameter(name, arguments.Value(value))
	}
}
