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
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// putAside removes the journals that the record was made of. One that has
// grown since, or is not part of it, is kept beside: its data is nowhere else,
// and the error says so, once.
func putAside(folder string, sums []record.JournalSum) error {
	dir := filepath.Join(folder, journalName)
	for _, sum := range sums {
		name := filepath.Join(dir, sum.Name)
		if !sameJournal(name, sum) {
			continue
		}
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	err := os.Remove(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		return nil
	}
	kept := filepath.Join(folder, "kept-"+time.Now().UTC().Format("20060102T150405.000000000"))
	if err := os.Rename(dir, kept); err != nil {
		return err
	}
	return fmt.Errorf("the run %s is sealed, and a journal that is not part of its record is kept in %s", shortID(filepath.Base(folder)), kept)
}

// sameJournal reports whether a journal holds what the sum says and nothing
// more. Behind the data there may be an unused window, and the beginning of a
// frame that the process did not live to finish.
func sameJournal(name string, sum record.JournalSum) bool {
	if digest, err := digestOf(name, sum.Length); err != nil || digest != sum.SHA256 {
		return false
	}
	r, err := journal.Open(name)
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
	names, _ := filepath.Glob(filepath.Join(folder, journalName, "*.bin"))
	var headers []journal.Header
	for _, name := range names {
		if r, err := journal.Open(name); err == nil {
			headers = append(headers, r.Header())
			r.Close()
		}
	}
	return headers
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
