package recorder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
)

// judge finds out how the run stands.
func (r *Run) judge() {
	if r.purged {
		return
	}
	if r.started.Status.Final() {
		r.status = r.started.Status
		return
	}
	folder := r.project.folder(r.uuid)
	if _, err := os.Stat(filepath.Join(folder, journalName)); err == nil {
		r.folder = folder
		r.status, r.elsewhere = r.project.witness().standing(folder)
		return
	}
	if r.known() {
		r.status, r.elsewhere = r.project.witness().vanished(r.started)
	}
}

// witness judges runs that are not sealed from where this process is.
type witness struct {
	here journal.World
}

// witness is who judges the project's runs.
func (p *Project) witness() *witness {
	p.judging.Do(func() { p.judge = &witness{here: journal.Here()} })
	return p.judge
}

// standing is the status of a run with journals here: its lock says whether
// one of its processes lives, as far as they would be seen from here. A run
// that may live where they would not be has the name of its host as well.
func (w *witness) standing(folder string) (status Status, elsewhere string) {
	alive, err := journal.Alive(filepath.Join(folder, lockName))
	if errors.Is(err, journal.ErrNoLocks) {
		alive, err = w.maybeAlive(folder), nil
	}
	switch {
	case alive, writesUnlocked(folder):
		return Running, ""
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return Running, "" // nobody can tell, and a live run must not be called lost
	}
	if host, unseen := w.unseen(folder); unseen {
		return Running, host
	}
	return Lost, ""
}

// maybeAlive reports whether a process of the run lives, or may live as far as
// can be told where the file system has no locks.
func (w *witness) maybeAlive(folder string) bool {
	for _, h := range journalHeaders(folder) {
		if alive, known := journal.ProcessAlive(h); alive || !known && w.here.Holds(h) {
			return true
		}
	}
	return false
}

// unseen reports whether a process of the run may live where this one cannot
// see it die, and on which host.
func (w *witness) unseen(folder string) (host string, unseen bool) {
	for _, h := range journalHeaders(folder) {
		if w.here.Holds(h) {
			continue
		}
		if !w.here.Earlier(h) || !silentSinceBoot(folder) {
			return nameOf(h.Host), true
		}
	}
	return "", false
}

// forgetAfter is how long the journal of a sealed run is left alone that a
// process where nobody sees it may still write.
const forgetAfter = 24 * time.Hour

// mayGrow reports whether a process may still write a journal, which must then
// stay where it is: in a file without a name nothing would outlive the process.
func (w *witness) mayGrow(name string) bool {
	h, err := readHeader(name)
	if err != nil {
		return false
	}
	if w.here.Holds(h) {
		alive, known := journal.ProcessAlive(h)
		if known && !alive || h.PID == os.Getpid() {
			return false
		}
	}
	last, ended := lastFrame(name)
	return !ended && time.Since(last) < forgetAfter
}

// nameOf is a name for a host that did not tell its own.
func nameOf(host string) string {
	if host == "" {
		return "another machine"
	}
	return host
}

// silentSinceBoot reports whether a run whose journals name an earlier boot of
// this machine is dead for sure. Machines that were made of one image and given
// one name look alike, so more must be true: one kernel alone can have mounted
// the disk, and since this boot nothing was heard of the run, which would have
// given a sign of life every 30 s.
func silentSinceBoot(folder string) bool {
	booted := journal.BootTime()
	if booted.IsZero() || !journal.OnOwnDisk(folder) {
		return false
	}
	last := lastHeard(folder)
	return last.Before(booted) && time.Since(last) > 3*heartbeatEvery
}

// vanished is the status of a run whose journals are not here: they are gone,
// or they are on the machine that the run was fetched from.
func (w *witness) vanished(info *Info) (status Status, elsewhere string) {
	p := info.Process
	same := w.here.Holds(journal.Header{MachineID: p.MachineID, BootID: p.BootID, PIDNamespace: p.PIDNamespace})
	if same || p.MachineID != "" && p.MachineID == w.here.MachineID && info.Host.Name == w.here.Host {
		return Lost, ""
	}
	return Running, nameOf(info.Host.Name)
}

// silentAfter is the time without a sign of life, which comes every 30 s, that
// is worth saying.
const silentAfter = 10 * time.Minute

// Elsewhere is the host of a running run whose process would not be seen from
// here: another machine, boot or container. It is empty for all others.
func (r *Run) Elsewhere() string { return r.elsewhere }

// Silent reports whether a run elsewhere has given no sign of life for more
// than ten minutes. It may be dead: only there, or by a person's
// exprec recover --force, it is found to be.
func (r *Run) Silent() bool {
	return r.elsewhere != "" && time.Since(r.LastHeard()) > silentAfter
}

// lastHeard is the time of the last frame of a run's journals.
func lastHeard(folder string) (last time.Time) {
	for _, name := range journalFiles(folder) {
		if heard, _ := lastFrame(name); heard.After(last) {
			last = heard
		}
	}
	return last
}

// lastFrame is the time of the last frame of a journal, and whether its
// process has said its last word. What cannot be read says nothing.
func lastFrame(name string) (last time.Time, ended bool) {
	r, err := openJournal(name)
	if err != nil {
		return last, false
	}
	defer r.Close()
	at := time.Duration(0)
	for {
		frame, err := r.Scalars(func(_ uint32, _ int64, t time.Duration, _ float64) { at = max(at, t) })
		if err != nil && !isCorrupt(err) && !errors.Is(err, journal.ErrTorn) {
			return r.Header().Start.Add(at), ended
		}
		at, ended = max(at, frame.Time), ended || frame.Kind == journal.End
	}
}
