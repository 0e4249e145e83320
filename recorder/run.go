package recorder

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/stamps"
	"github.com/exprec/exprec/recorder/internal/record"
)

// What is known of a run, as FORMAT.md describes it.
type (
	// Info is the content of run.msgpack: who, what, when, where, and how it
	// ended.
	Info = record.Run
	// Status says how a run stands or how it ended.
	Status = record.Status
	// Failure is the error that ended a run.
	Failure = record.Failure
	// Result is a value without a step.
	Result = record.Result
	// Input is data that a run read: its identity, never its bytes.
	Input = record.Input
	// GPU is a graphics processor of the host.
	GPU = record.GPU
	// Git is the state of the user's own repository at the start.
	Git = record.Git
	// ScalarSummary is what a table or a small chart needs of a scalar.
	ScalarSummary = record.ScalarSummary
)

// The statuses of a run.
const (
	Running   = record.Running   // its process lives
	Succeeded = record.Succeeded // it returned
	Failed    = record.Failed    // error, panic or a non-zero exit code
	Stopped   = record.Stopped   // a signal, or an error the caller asked to ignore
	Lost      = record.Lost      // its process died without a word
)

// Run is a recorded run as it stood when it was read: an ended one never
// changes, one that goes on is to be asked for again. A run that is damaged,
// or written by a newer exprec, is a Run too: Err says what is wrong, and the
// rest is as much as could be read. All methods are safe for concurrent use.
type Run struct {
	project *Project
	uuid    string
	store   *gitstore.Store      // nil where nothing of it is in git yet
	tip     gitstore.Hash        // what its ref points to
	commit  gitstore.Hash        // the commit that was read: tip, or one below where tip is damaged
	tree    gitstore.Hash        // of commit
	root    []gitstore.TreeEntry // of tree
	started *Info                // from run.msgpack; never nil
	notes   notes
	err     error
	status  Status
	folder  string // with journals, empty where there are none
	purged  bool   // nothing of it is left but that it was purged
	remote  string // that has its content, of a run of which only what lists need is here

	beside gitstore.Hash // the commit of a record that is kept beside another
	counts *Run          // and that other one, which counts

	elsewhere string // the host of a running run that would not be seen to die

	once sync.Once
	data content

	follows *folded     // of a run that goes on: what its journals said
	stamps  *stamps.Set // of a lost one: its files, as they were before they were read
}

// ID is the run's UUID.
func (r *Run) ID() string { return r.uuid }

// Short is the beginning of the id that people read and type, see [Run.Address].
func (r *Run) Short() string {
	if r.Beside() {
		return shortID(r.uuid) + "@" + shortHash(r.beside)
	}
	return shortID(r.uuid)
}

// Err says why the run, or a part of it, cannot be read: it is damaged
// ([ErrDamaged]) or written by a newer exprec ([ErrNewer]). It is nil for a
// run that merely failed.
func (r *Run) Err() error { return r.err }

// Commit is what the run's ref points to; zero for a run that is not in git.
func (r *Run) Commit() gitstore.Hash { return r.tip }

// Tree is the run's content in git and the store that holds it. The store is
// nil while nothing of the run is in git.
func (r *Run) Tree() (gitstore.Hash, *gitstore.Store, error) {
	if err := r.lightErr("the tree"); err != nil {
		return gitstore.Hash{}, r.store, err
	}
	if r.tree.IsZero() {
		return r.tree, r.store, r.unread("its tree")
	}
	return r.tree, r.store, nil
}

// Status is how the run ended, or how it stands: a run that has not ended is
// running while one of its processes lives, or may live on another machine;
// else it is lost. It is empty where nothing of the run can be read.
func (r *Run) Status() Status { return r.status }

// Info is what run.msgpack says. For a run that has not been sealed it holds
// what its processes have logged so far: its journals are read at the first
// call. Callers must not change it.
func (r *Run) Info() *Info { return r.content().info() }

// Started is when the run began.
func (r *Run) Started() time.Time { return r.started.Started }

// Ended is when the run ended; zero while it has not been sealed.
func (r *Run) Ended() time.Time {
	if !r.started.Status.Final() {
		return time.Time{}
	}
	return r.started.Ended
}

// LastHeard is the last sign of life of a run: its end, or the last frame of
// its journals, which has a heartbeat every 30 s.
func (r *Run) LastHeard() time.Time {
	if at := r.Ended(); !at.IsZero() {
		return at
	}
	if l, ok := r.content().(*live); ok && l.folded.last.After(r.Started()) {
		return l.folded.last
	}
	return r.Started()
}

// Seconds is how long the run took, or has taken by now. For a lost one it
// goes to the last sign of life.
func (r *Run) Seconds() float64 {
	end := r.Ended()
	switch {
	case r.Started().IsZero():
		return 0
	case end.IsZero() && r.status == Running:
		end = time.Now()
	case end.IsZero():
		end = r.LastHeard()
	}
	return max(end.Sub(r.Started()).Seconds(), 0)
}

// Params are the run's parameters; nested ones are map[string]any. Integers
// are int64, or uint64 beyond it.
func (r *Run) Params() (map[string]any, error) { return r.content().params() }

// Results are the values without a step, in the order they were first set.
func (r *Run) Results() []Result { return r.Info().Results }

// Scalars are the summaries of the run's scalars, in the order they were first
// logged, without those that the recorder logs itself: they are in System.
func (r *Run) Scalars() ([]ScalarSummary, error) {
	return r.scalarsThat(func(name string) bool { return !record.IsSystem(name) })
}

// System are the summaries of the scalars below system/, which the recorder
// logs itself: what the program and its machine used, sorted by name.
// [Run.Series] gives their points. FORMAT.md names them, and their units.
func (r *Run) System() ([]ScalarSummary, error) {
	found, err := r.scalarsThat(record.IsSystem)
	slices.SortFunc(found, func(a, b ScalarSummary) int { return strings.Compare(a.Name, b.Name) })
	return found, err
}

// scalarsThat gives the summaries of some scalars. What the content gives is a
// copy of its own.
func (r *Run) scalarsThat(is func(name string) bool) ([]ScalarSummary, error) {
	all, err := r.content().scalars()
	return slices.DeleteFunc(all, func(s ScalarSummary) bool { return !is(s.Name) }), err
}

// Packages are the run's packages, a line each: name==version or module
// version.
func (r *Run) Packages() ([]string, error) { return r.content().packages() }
