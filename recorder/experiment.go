package recorder

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/divert"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Experiment is a run while it is recorded. Its logging calls return nothing,
// wait for no disk and never panic: the first thing that went wrong is kept
// for [Experiment.Err] and said once. A nil *Experiment, and one that is
// switched off or finished, ignores them. All methods are safe for concurrent
// use.
type Experiment struct {
	options Options
	project *Project
	uuid    string
	folder  string
	label   string
	started time.Time
	joined  bool     // another process started the run
	command *Command // that is recorded from outside, nil in the program itself

	lock     *journal.Lock
	journal  *journal.Writer
	messages io.Writer

	live       atomic.Bool
	scalars    scalarTable
	files      fileSet
	imageNames imageNames
	working    sync.WaitGroup // hashing of inputs
	finish     sync.Once
	stop       chan struct{}      // closed when the experiment ends
	sampled    chan struct{}      // closed when the last figures of the system are logged, nil where there are none
	noticing   sync.Mutex         // held by notice; taken before mu
	unborn     *unborn            // the start, where it could not be committed
	source     gitstore.Hash      // the tree of its snapshot, zero where there is none
	executable *record.Executable // that runs, as known at the start
	facts      *factFinder        // nil where this process finds out nothing

	diversion *divert.Diversion // of stdout and stderr, nil where they are not recorded
	outputOf  string            // the run of this process that records them instead
	catches   bool              // the Go runtime writes crashes into the run's folder
	panics    bool              // Finish runs while a panic unwinds

	mu      sync.Mutex
	err     error
	failure *record.Failure // of Fail
	ignored bool            // the failure is one to ignore
	signal  string          // that ended the run, such as SIGTERM
	warned  map[string]bool
	next    *written // where the run was sealed while this process writes it
}

// off reports whether logging calls do nothing.
func (e *Experiment) off() bool {
	return e == nil || !e.live.Load()
}

// ID is the run's UUID, empty where nothing is recorded.
func (e *Experiment) ID() string {
	if e == nil {
		return ""
	}
	return e.uuid
}

// Dir is the run's folder, empty where nothing is recorded. Files put below
// its subfolder files become part of the record.
func (e *Experiment) Dir() string {
	if e == nil {
		return ""
	}
	return e.folder
}

// Err is the first error of recording: nil while everything that was logged
// has been kept. It never says anything about the program itself.
func (e *Experiment) Err() error {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	err := e.err
	e.mu.Unlock()
	if err == nil && e.journal != nil {
		err = e.journal.Err()
	}
	return err
}

// Sync returns when everything logged so far survives a power loss. The error
// says what may not.
func (e *Experiment) Sync() error {
	if e.off() {
		return e.Err()
	}
	err := oneLine(e.notice(), e.files.sync())
	if jerr := e.journal.Sync(); err == nil {
		err = jerr
	}
	if err != nil {
		err = fmt.Errorf("sync the run %s: %w", e.short(), err)
		e.fail(err)
	}
	return err
}

// fail keeps the first error and says it once.
func (e *Experiment) fail(err error) {
	e.mu.Lock()
	first := e.err == nil
	if first {
		e.err = err
	}
	e.mu.Unlock()
	if first {
		e.say("%v", err)
	}
}

// warn says once, and keeps in the record, what the user ought to know but
// has not lost anything by.
func (e *Experiment) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	e.mu.Lock()
	known := e.warned[text] || len(e.warned) >= maxWarnings
	if !known {
		e.warned[text] = true
	}
	e.mu.Unlock()
	if known {
		return
	}
	e.say("%s", text)
	e.append(journal.Warning, record.EncodeWarningFrame(record.WarningFrame{Text: text}))
}

// maxWarnings bounds what a loop of mistakes can put into the record.
const maxWarnings = 100

// say writes one line for the user.
func (e *Experiment) say(format string, args ...any) {
	if e.messages != nil {
		fmt.Fprintf(e.messages, "exprec: "+format+"\n", args...)
	}
}

func (e *Experiment) append(kind journal.Kind, payload []byte) {
	if e.journal != nil {
		e.journal.Append(kind, payload)
	}
}

func (e *Experiment) short() string { return shortID(e.uuid) }

func shortID(uuid string) string { return uuid[:min(8, len(uuid))] }

// broken is an experiment that records nothing because of err.
func broken(o Options, err error) *Experiment {
	e := &Experiment{options: o, messages: os.Stderr, warned: map[string]bool{}}
	e.fail(fmt.Errorf("this run is not recorded: %w", err))
	return e
}
