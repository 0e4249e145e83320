package recorder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/recorder/internal/journal"
)

// judge finds out how the run stands.
func (r *Run) judge() {
	if r.started.Status.Final() {
		r.status = r.started.Status
		return
	}
	folder := r.project.folder(r.uuid)
	if _, err := os.Stat(filepath.Join(folder, journalName)); err == nil {
		r.folder = folder
		r.status = standing(folder)
		return
	}
	if r.known() {
		r.status = vanished(r.started)
	}
}

// standing is the status of a run with journals here: its lock says whether
// one of its processes lives, as far as they would be seen from here.
func standing(folder string) Status {
	alive, err := journal.Alive(filepath.Join(folder, lockName))
	if errors.Is(err, journal.ErrNoLocks) {
		alive, err = maybeAlive(folder), nil
	}
	switch {
	case alive:
		return Running
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return Running // nobody can tell, and a live run must not be called lost
	}
	if _, foreign := elsewhere(folder); foreign {
		return Running
	}
	return Lost
}

// vanished is the status of a run whose journals are not here: they are gone,
// or they are on the machine that the run was fetched from.
func vanished(info *Info) Status {
	p := info.Process
	same := journal.SameWorld(journal.Header{MachineID: p.MachineID, BootID: p.BootID, PIDNamespace: p.PIDNamespace})
	if same || p.MachineID != "" && p.MachineID == journal.MachineID() {
		return Lost
	}
	return Running
}
