package recorder

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// rest is what a journal holds beyond the record that was made of it.
type rest struct {
	path string
	from int64 // of the journal: what is before is in the record
}

// putAside removes the journals that the record was made of, the last thing of
// a seal. It gives what is not part of the record: a process lived while the run
// was sealed, where its lock did not show, and its data is nowhere else. Only
// where there is nothing of that sort the folder is made to mirror the record.
func (p *Project) putAside(folder string, sums []record.JournalSum, mirror func(folder string)) ([]rest, error) {
	dir := filepath.Join(folder, journalName)
	more, stay, err := restOf(dir, sums, p.witness().mayGrow)
	if err != nil || stay || len(more) > 0 {
		return more, err
	}
	mirror(folder)
	return nil, removeJournals(dir)
}

// removeJournals removes a folder of journals, all of which are in a record.
func removeJournals(dir string) error {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".new") { // of a process that was killed while it went on elsewhere
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	if err := os.Remove(dir); err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if strings.HasPrefix(filepath.Base(dir), keptPrefix) {
		return nil // it has been said where it is
	}
	kept := filepath.Join(filepath.Dir(dir), keptPrefix+time.Now().UTC().Format("20060102T150405.000000000"))
	if err := os.Rename(dir, kept); err != nil {
		return err
	}
	return fmt.Errorf("the run %s is sealed, and what cannot be read as a journal is kept in %s", shortID(filepath.Base(filepath.Dir(dir))), kept)
}

// keptPrefix begins the name of a folder of journals that are in no record.
const keptPrefix = "kept-"

// restOf removes the journals of a folder that are in a record, and gives what
// the others hold beyond it. Those that may still grow stay, and so do files
// that cannot be read as journals.
func restOf(dir string, sums []record.JournalSum, mayGrow func(name string) bool) (more []rest, stay bool, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if !journal.IsJournal(e.Name()) {
			continue
		}
		from, all := recorded(name, sums)
		switch {
		case !all:
			if r, err := openJournal(name); err == nil {
				r.Close()
				more = append(more, rest{name, from})
			}
		case mayGrow(name):
			stay = true
		default:
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, false, err
			}
		}
	}
	return more, stay, nil
}

// recorded tells up to which place a journal is in a record, and whether there
// is no more of it. A journal that does not begin as the recorded one did, is
// another one.
func recorded(name string, sums []record.JournalSum) (upTo int64, all bool) {
	for _, sum := range sums {
		if sum.Name != filepath.Base(name) {
			continue
		}
		if sameJournal(name, sum) {
			return sum.Length, true
		}
		if digest, err := digestOf(name, sum.Length); err == nil && digest == sum.SHA256 {
			return sum.Length, false
		}
	}
	return 0, false
}

// sameJournal reports whether a journal holds what the sum says and nothing
// more. Behind the data there may be an unused window, and the beginning of a
// frame that the process did not live to finish.
func sameJournal(name string, sum record.JournalSum) bool {
	if digest, err := digestOf(name, sum.Length); err != nil || digest != sum.SHA256 {
		return false
	}
	r, err := openJournal(name)
	if err != nil {
		return sum.Length == 0 && errors.Is(err, journal.ErrTorn)
	}
	defer r.Close()
	for {
		switch _, err := r.Scalars(func(uint32, int64, time.Duration, float64) {}); {
		case errors.Is(err, io.EOF):
			return r.Offset() == sum.Length
		case err != nil && !isCorrupt(err) && !errors.Is(err, journal.ErrTorn):
			return false
		}
	}
}

// emptyDigest is the SHA-256 of nothing.
var emptyDigest = hex.EncodeToString(sha256.New().Sum(nil))

// digestOf is the SHA-256 of the first bytes of a journal.
func digestOf(name string, length int64) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyN(h, f, length); err != nil {
		return "", fmt.Errorf("read the journal %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// journalHeaders are the headers of the journals in a run's folder that can be
// read.
func journalHeaders(folder string) []journal.Header {
	var headers []journal.Header
	for _, name := range journalFiles(folder) {
		if h, err := readHeader(name); err == nil {
			headers = append(headers, h)
		}
	}
	return headers
}

// journalFiles are the journals in a run's folder.
func journalFiles(folder string) []string {
	files, _ := journal.Files(filepath.Join(folder, journalName))
	return files
}

// firstStart is when the first of a run's processes began, by their journals.
func firstStart(folder string) time.Time {
	var first time.Time
	for _, h := range journalHeaders(folder) {
		if first.IsZero() || h.Start.Before(first) {
			first = h.Start
		}
	}
	return first.UTC()
}
