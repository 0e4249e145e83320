package recorder

import (
	"fmt"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/jsonl"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// openJournal opens a journal of a run, whichever of the two forms it has. The
// errors are those of [journal.Open].
func openJournal(path string) (journal.Source, error) {
	if journal.IsLines(path) {
		r, err := jsonl.Open(path, jsonl.Refine{Parameter: refineParameter, Failure: described})
		if err != nil {
			return nil, err
		}
		return r, nil
	}
	r, err := journal.Open(path)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// readHeader reads the header of a journal, whichever of the two forms it has.
func readHeader(path string) (journal.Header, error) {
	if journal.IsLines(path) {
		return jsonl.ReadHeader(path)
	}
	return journal.ReadHeader(path)
}

// refineParameter masks the secrets of a parameter that another language's
// program wrote.
func refineParameter(name string, value any) (recorded any, remark string) {
	recorded, hidden := withoutSecrets(name, value)
	if hidden {
		remark = fmt.Sprintf("the parameter %q is recorded as %s: it is a secret by its name or its form", name, redact.Mask)
	}
	return recorded, remark
}

// opening gives what opens a journal.
func opening(path string) func() (journal.Source, error) {
	return func() (journal.Source, error) { return openJournal(path) }
}
