package jsonl

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Writer writes a journal of a few lines, for a program that has none of its
// own. The first error is kept for Close.
type Writer struct {
	f       *os.File
	started time.Time
	err     error
}

// headerLine is the first line.
type headerLine struct {
	Exprec       int    `json:"exprec"`
	Run          string `json:"run"`
	Start        int64  `json:"start"`
	PID          int    `json:"pid,omitempty"`
	ProcessStart uint64 `json:"process_start,omitempty"`
	Host         string `json:"host,omitempty"`
	MachineID    string `json:"machine_id,omitempty"`
	BootID       string `json:"boot_id,omitempty"`
	PIDNamespace string `json:"pid_namespace,omitempty"`
	Rank         int    `json:"rank,omitempty"`
}

// Create makes a journal in a folder, under a name that no other has.
func Create(folder string, h journal.Header) (*Writer, error) {
	var b [8]byte
	rand.Read(b[:])
	name := filepath.Join(folder, hex.EncodeToString(b[:])+journal.LinesEnding)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Writer{f: f, started: h.Start}
	w.write(headerLine{
		Exprec: Version, Run: h.Run.String(), Start: h.Start.UnixNano(), PID: h.PID, ProcessStart: h.ProcessStart,
		Host: h.Host, MachineID: h.MachineID, BootID: h.BootID, PIDNamespace: h.PIDNamespace, Rank: h.Rank,
	})
	return w, nil
}

// Append goes on in a journal that another process began.
func Append(path string) (*Writer, error) {
	h, err := ReadHeader(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	return &Writer{f: f, started: h.Start}, nil
}

// Path is the file.
func (w *Writer) Path() string { return w.f.Name() }

func (w *Writer) write(line any) {
	data, err := json.Marshal(line)
	if err == nil && w.err == nil {
		_, err = w.f.Write(append(data, '\n'))
	}
	if w.err == nil {
		w.err = err
	}
}

// now is the time of a line that is written now.
func (w *Writer) now() float64 {
	return float64(time.Since(w.started).Microseconds()) / 1e3
}

// Failure writes an error.
func (w *Writer) Failure(f record.Failure) {
	w.write(map[string]any{"t": w.now(), "error": map[string]string{"type": f.Type, "message": f.Message, "stack": f.Stack}})
}

// End writes the last word.
func (w *Writer) End(e record.EndFrame) {
	end := map[string]any{"status": e.Status}
	if e.ExitCode != nil {
		end["exit"] = *e.ExitCode
	}
	if e.Signal != "" {
		end["signal"] = e.Signal
	}
	w.write(map[string]any{"t": w.now(), "end": end})
}

// Close closes the file. The error is the first of all.
func (w *Writer) Close() error {
	err := errors.Join(w.err, w.f.Close())
	if err != nil {
		return fmt.Errorf("cannot write the journal %s: %w", w.f.Name(), err)
	}
	return nil
}
