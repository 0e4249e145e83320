package recorder

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// The bounds of the search for secrets in the files that a program saved: in
// each, in all, and how many files are named.
const (
	maxSearched   = 1 << 20
	maxSearchedIn = 32 << 20
	maxNamed      = 10
)

// secretSearch warns of what looks like a secret in files that go into a
// record. They are kept as they are: the program saved them.
type secretSearch struct {
	read  int64
	named int
}

// look searches one file, whose path is that below files/.
func (s *secretSearch) look(run *record.Run, path, file string) {
	if s.read >= maxSearchedIn || s.named >= maxNamed {
		return
	}
	why := redact.File(path)
	if why == "" {
		why = s.content(file)
	}
	if why != "" {
		s.named++
		run.Warnings = append(run.Warnings, fmt.Sprintf("files/%s may hold a secret: %s; look at it before you push the run", path, why))
	}
}

// content says which secret the text of a file seems to hold.
func (s *secretSearch) content(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSearched))
	s.read += int64(len(text))
	if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
		return "" // no text, by the rule of git
	}
	for _, secret := range redact.FindSecrets(bytes.NewReader(text), 1) {
		return fmt.Sprintf("line %d has what looks like one (%s)", secret.Line, secret.Kind)
	}
	return ""
}
