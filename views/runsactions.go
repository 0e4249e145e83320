package views

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/exprec/exprec/recorder"
)

// runsDone is what was done to some runs, and can be undone.
type runsDone struct {
	Said   string // in words
	Failed string // what could not be done, and why; empty where all could
	undo   []runUndo
}

// CanUndo reports whether there is anything to undo.
func (d *runsDone) CanUndo() bool { return len(d.undo) > 0 }

// doneLog keeps what was done last, so that it can be said and undone. It lives
// as long as the dashboard.
type doneLog struct {
	mu    sync.Mutex
	order []string
	known map[string]*runsDone
}

const maxDone = 50

// add keeps what was done under a random name.
func (l *doneLog) add(done *runsDone) string {
	var random [6]byte
	_, _ = rand.Read(random[:])
	name := hex.EncodeToString(random[:])
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[string]*runsDone{}
	}
	if len(l.order) == maxDone {
		delete(l.known, l.order[0])
		l.order = l.order[1:]
	}
	l.order, l.known[name] = append(l.order, name), done
	return name
}

func (l *doneLog) get(name string) *runsDone {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[name]
}

// take gives what was done once, so that it is not undone twice.
func (l *doneLog) take(name string) *runsDone {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := l.known[name]
	delete(l.known, name)
	return done
}

// runsForm reads a form of the list of runs: into the request, what the list
// shows, and the project.
func (d *Dashboard) runsForm(w http.ResponseWriter, r *http.Request) (runsState, *recorder.Project, error) {
	state, err := runsStateOf(r.URL.Query())
	if err != nil {
		return state, nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		return state, nil, badRequest("The form cannot be read: %v.", err)
	}
	p, err := d.project(r.Context())
	return state, p, err
}

// changeRuns changes the runs that were selected, and leads back to the page as
// it was. Its address is made of what was understood of the request, never of the
// request itself.
func (d *Dashboard) changeRuns(w http.ResponseWriter, r *http.Request) error {
	state, p, err := d.runsForm(w, r)
	if err != nil {
		return err
	}
	var done *runsDone
	if token := r.PostForm.Get("undo"); token != "" {
		done, err = d.undoRuns(r.Context(), p, token)
	} else {
		done, err = d.doRuns(r, p, state)
	}
	if err != nil {
		return err
	}
	state.done = d.done.add(done)
	http.Redirect(w, r, state.URL(), http.StatusSeeOther)
	return nil
}

// maxFormBytes is room for the ids of some 50,000 runs.
const maxFormBytes = 1 << 20

// undoRuns takes back what was done.
func (d *Dashboard) undoRuns(ctx context.Context, p *recorder.Project, token string) (*runsDone, error) {
	before := d.done.take(token)
	if before == nil {
		return nil, badRequest("There is nothing left to undo.")
	}
	var failed []error
	for _, undo := range slices.Backward(before.undo) {
		if err := undo(ctx, p); err != nil {
			failed = append(failed, err)
		}
	}
	return &runsDone{Said: "Undone: " + before.Said, Failed: failedWords(failed)}, nil
}

// doRuns does what a button of the bar says.
func (d *Dashboard) doRuns(r *http.Request, p *recorder.Project, state runsState) (*runsDone, error) {
	action, err := runsActionOf(r.PostForm.Get("action"), r.PostForm.Get("tag"))
	if err != nil {
		return nil, err
	}
	runs, missing, err := d.pickedRuns(r, p, state)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 && len(missing) == 0 {
		return nil, badRequest("No run is selected.")
	}
	done := &runsDone{}
	for _, run := range runs {
		undo, err := action.do(r.Context(), p, run)
		switch {
		case err != nil:
			missing = append(missing, err)
		case undo != nil:
			done.undo = append(done.undo, undo)
		}
	}
	done.Said, done.Failed = action.said(len(done.undo)), failedWords(missing)
	return done, r.Context().Err()
}

// failedWords says how many runs could not be changed, and the first reason.
func failedWords(failed []error) string {
	if len(failed) == 0 {
		return ""
	}
	return sentence(fmt.Sprintf("%s could not be changed: %v", count(len(failed), "run"), failed[0]))
}

// pickedRuns are the runs that a form names: all that match, or those of its
// boxes. Those that are gone meanwhile are told apart.
func (d *Dashboard) pickedRuns(r *http.Request, p *recorder.Project, state runsState) (runs []*recorder.Run, missing []error, err error) {
	if r.PostForm.Get("all") == "1" {
		matching, err := p.Rows(r.Context(), state.Query)
		if err != nil {
			return nil, nil, err
		}
		rows := inPlace(matching, state)
		for i := range rows.Len() {
			runs = append(runs, rows.At(i).Run())
		}
		return runs, nil, r.Context().Err()
	}
	known := map[string]bool{}
	for _, ref := range r.PostForm["run"] {
		if known[ref] {
			continue
		}
		known[ref] = true
		if !isRunID(ref) {
			return nil, nil, badRequest("%q is no run.", ref)
		}
		run, err := p.UniqueRun(r.Context(), ref)
		if errors.Is(err, recorder.ErrNoRun) {
			missing = append(missing, err)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		runs = append(runs, run)
	}
	return runs, missing, nil
}

// tagsOf takes apart what was typed: tags to add, and with a - in front those to
// take away.
func tagsOf(typed string) (add, remove []string) {
	for _, tag := range strings.FieldsFunc(typed, func(c rune) bool { return c == ',' || c == ' ' }) {
		if name, ok := strings.CutPrefix(tag, "-"); ok && name != "" {
			remove = append(remove, name)
		} else if name := strings.TrimPrefix(tag, "+"); name != "" {
			add = append(add, name)
		}
	}
	return add, remove
}
