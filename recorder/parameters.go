package recorder

import (
	"flag"
	"fmt"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// SetParameter records a parameter. The last value of a name wins. Every Go
// number keeps its value; structs and maps stay nested; what has no written
// form (a channel, a function) is kept as text, with one warning. Secrets are
// masked, as on the command line: texts whose name says so (api_key, password),
// and keys of known services.
func (e *Experiment) SetParameter(name string, value any) {
	if e.off() {
		return
	}
	if err := checkName("parameter", name); err != nil {
		e.fail(err)
		return
	}
	plain, notes := plainValue(value)
	for _, note := range notes {
		e.warn("the parameter %q is kept as text: %s", name, note)
	}
	e.setPlain(name, plain)
}

func (e *Experiment) setPlain(name string, plain any) {
	plain, hidden := withoutSecrets(name, plain)
	if hidden {
		e.warn("the parameter %q is recorded as %s: it is a secret by its name or its form", name, redact.Mask)
	}
	payload, err := record.EncodeParameterFrame(record.ParameterFrame{Name: name, Value: plain})
	if err != nil {
		e.fail(fmt.Errorf("the parameter %q is not recorded: %w", name, err))
		return
	}
	e.append(journal.Parameter, payload)
}

// SetParameters records the fields of a struct (by their json names), the
// entries of a map, or the flags of a *flag.FlagSet as parameters.
func (e *Experiment) SetParameters(values any) {
	if e.off() {
		return
	}
	if flags, ok := values.(*flag.FlagSet); ok {
		flags.VisitAll(func(f *flag.Flag) { e.SetParameter(f.Name, flagValue(f)) })
		return
	}
	plain, notes := plainValue(values)
	for _, note := range notes {
		e.warn("a parameter is kept as text: %s", note)
	}
	named, ok := plain.(map[string]any)
	if !ok {
		e.fail(fmt.Errorf("parameters of type %T %w: give a struct, a map or a *flag.FlagSet", values, ErrInvalid))
		return
	}
	for _, name := range sortedKeys(named) {
		if err := checkName("parameter", name); err != nil {
			e.fail(err)
			continue
		}
		e.setPlain(name, named[name])
	}
}

// flagValue is the typed value of a flag where it gives one, else its text.
func flagValue(f *flag.Flag) any {
	if getter, ok := f.Value.(flag.Getter); ok {
		return getter.Get()
	}
	return f.Value.String()
}
