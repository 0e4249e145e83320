package jsonl

import (
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/exprec/exprec/recorder/internal/journal"
)

// Version is the version of the form that this code reads and writes.
const Version = 1

// maxHeaderText is how much of a text of the header is kept, in bytes.
const maxHeaderText = 512

// decodeHeader reads the first line of a journal.
func decodeHeader(line []byte) (h journal.Header, err error) {
	o, err := parseLine(line)
	if err != nil {
		return h, fmt.Errorf("%w: its first line: %w", journal.ErrNotJournal, err)
	}
	f := fields{object: o}
	version, ok := f.int("exprec")
	if !ok || version < 1 {
		return h, fmt.Errorf("%w: its first line has no version in exprec", journal.ErrNotJournal)
	}
	if version > Version {
		return h, fmt.Errorf("%w (journal version %d, this exprec knows %d)", journal.ErrNewer, version, Version)
	}
	h.Version = int(version)
	start, ok := f.int("start")
	if !ok {
		return h, fmt.Errorf("%w: its first line has no time in start", journal.ErrNotJournal)
	}
	h.Start = time.Unix(0, start).UTC()
	text, _ := f.text("run")
	if h.Run, err = uuid.Parse(text); err != nil {
		return h, fmt.Errorf("%w: its first line names no run", journal.ErrNotJournal)
	}
	for name, to := range map[string]*string{
		"host": &h.Host, "machine_id": &h.MachineID, "boot_id": &h.BootID, "pid_namespace": &h.PIDNamespace,
	} {
		text, _ := f.text(name)
		*to = text[:min(len(text), maxHeaderText)]
	}
	h.PID, h.Rank = f.small("pid"), f.small("rank")
	if start, ok := f.int("process_start"); ok && start > 0 {
		h.ProcessStart = uint64(start)
	}
	return h, nil
}

// small is a whole number that is not negative, 0 where there is none.
func (f fields) small(name string) int {
	n, ok := f.int(name)
	if !ok || n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}

// ReadHeader reads the header of a journal. The errors are those of Open.
func ReadHeader(path string) (journal.Header, error) {
	r, err := Open(path, Refine{})
	if err != nil {
		return journal.Header{}, err
	}
	return r.Header(), r.Close()
}
