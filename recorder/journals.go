package recorder

import (
	"fmt"
	"path/filepath"

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
// One of JSON Lines that does not tell its world was written in that of the
// run's other journals.
func readHeader(path string) (journal.Header, error) {
	if !journal.IsLines(path) {
		return journal.ReadHeader(path)
	}
	h, err := jsonl.ReadHeader(path)
	if err != nil || h.BootID != "" || h.PIDNamespace != "" {
		return h, err
	}
	others, _ := journal.Files(filepath.Dir(path))
	for _, other := range others {
		if journal.IsLines(other) {
			continue
		}
		if o, err := journal.ReadHeader(other); err == nil {
			h.Host, h.MachineID, h.BootID, h.PIDNamespace = o.Host, o.MachineID, o.BootID, o.PIDNamespace
			break
		}
	}
	return h, nil
}

// writesUnlocked reports whether a process lives that writes a journal of JSON
// Lines and has not said its last word. Such a process need not hold the lock.
func writesUnlocked(folder string) bool {
	for _, name := range journalFiles(folder) {
		if !journal.IsLines(name) {
			continue
		}
		h, err := readHeader(name)
		if err != nil || h.PID == 0 {
			continue
		}
		alive, known := journal.ProcessAlive(h)
		if h.ProcessStart == 0 {
			alive, known = journal.PIDAlive(h, h.PID)
		}
		if alive && known {
			if _, ended := lastFrame(name); !ended {
				return true
			}
		}
	}
	return false
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
