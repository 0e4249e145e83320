package recorder

import (
	"context"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// soon is how long a run is waited for whose program has died and whose
// watcher is about to seal it: whoever asks right after the program wants to
// know how it ended.
const soon = time.Second

// awaitWatcher waits, for a while, until a run that is about to be sealed is,
// and reports whether it was.
func (r *recovery) awaitWatcher(ctx context.Context, folder string) (sealed bool) {
	if !aboutToEnd(folder) {
		return false
	}
	for deadline := time.Now().Add(soon); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(2 * time.Millisecond) {
		if len(journalFiles(folder)) == 0 {
			return true
		}
		if status, _ := r.project.witness().standing(folder); status != Running {
			return false // the watcher died
		}
	}
	return false
}

// aboutToEnd reports whether the program of a run that counts as running is
// dead, and its watcher lives.
func aboutToEnd(folder string) bool {
	for _, name := range journalFiles(folder) {
		h, watch, ok := watcherOf(name)
		if !ok || watch.PID == 0 {
			continue
		}
		watcher, _ := journal.ProcessAlive(h)
		program, known := journal.PIDAlive(h, watch.PID)
		if watcher && known && !program {
			return true
		}
	}
	return false
}

// watcherOf gives the header of a watcher's journal and what it watches.
func watcherOf(name string) (h journal.Header, w record.WatchFrame, ok bool) {
	if journal.IsLines(name) {
		return h, w, false // no watcher writes those
	}
	r, err := journal.Open(filepath.Clean(name))
	if err != nil {
		return h, w, false
	}
	defer r.Close()
	frame, err := r.Next()
	if err != nil || frame.Kind != journal.Watch {
		return h, w, false
	}
	w, err = record.DecodeWatchFrame(frame.Payload)
	return r.Header(), w, err == nil
}
