package recorder

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/exprec/exprec/recorder/internal/environ"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// The end of a run waits for facts that are being found out: so long for the
// hash of a program and for its packages, and for the rest no more than a
// quarter of the time that the program took, with a little for the shortest.
const (
	longestWait  = 300 * time.Millisecond
	shortestWait = 5 * time.Millisecond
)

// longestList is how long a list of packages may take: on a file system that
// hardly answers it ends with those that were found.
const longestList = time.Minute

// factFinder finds out in the background what takes too long for the start.
type factFinder struct {
	began   time.Time
	idle    context.CancelFunc // ends looking for more
	cancel  context.CancelFunc // ends what is being found out
	finding sync.WaitGroup
	wanted  atomic.Int32 // hashes and lists of packages that are being made
	cache   *environ.Cache

	mu     sync.Mutex
	closed bool // the run ends: nothing more is recorded
}

// gatherFacts begins to find out, in the background, what the run's program is
// and what it uses: the hash of its file, the packages of the interpreter that
// runs it, the host's GPUs. The program is the process pid: this one, or one
// that it has started. It is called once, after the start commit, and never
// waits.
func (e *Experiment) gatherFacts(pid int) {
	if asked := e.project.askedVariables(); len(asked) > 0 {
		_, refused := environ.Variables(os.Environ(), asked)
		for _, why := range refused {
			e.warn("%s", why)
		}
	}
	working, cancel := context.WithCancel(e.context())
	looking, idle := context.WithCancel(working)
	f := &factFinder{
		began: time.Now(), idle: idle, cancel: cancel,
		cache: environ.NewCache(filepath.Join(e.project.Home(), "cache", "facts.json")),
	}
	e.facts = f
	f.finding.Go(e.guarded(func() { e.findGPUs(working) }))
	if e.executable != nil {
		f.finding.Go(e.guarded(func() { e.hashExecutable(working, *e.executable) }))
	}
	if pid != os.Getpid() {
		f.finding.Go(e.guarded(func() { e.findProgram(looking, working, pid) }))
	}
}

// findProgram finds the program that a command runs, until looking ends, and
// lists its packages.
func (e *Experiment) findProgram(looking, working context.Context, pid int) {
	list := func(p environ.Program) { e.listPackages(working, p) }
	if environ.SeesProcesses {
		environ.Observe(looking, pid, list)
	} else if e.command != nil {
		if p, ok := environ.Guess(e.command.Args, e.command.Path); ok {
			list(p)
		}
	}
}

// guarded keeps a fault of the recorder from the program.
func (e *Experiment) guarded(find func()) func() {
	return func() {
		defer func() {
			if r := recover(); r != nil {
				e.fail(fmt.Errorf("a fault in the recorder while it described the program: %v", r))
			}
		}()
		find()
	}
}

func (e *Experiment) findGPUs(ctx context.Context) {
	host, _ := os.Hostname()
	if gpus := environ.GPUs(ctx, host+" "+journal.BootID(), e.facts.cache); len(gpus) > 0 {
		e.recordFacts(record.FactsFrame{GPUs: gpus}, nil)
	}
}

// hashExecutable records an executable with the hash of its file.
func (e *Experiment) hashExecutable(ctx context.Context, exe record.Executable) {
	e.facts.wanted.Add(1)
	defer e.facts.wanted.Add(-1)
	if exe.SHA256 = e.facts.cache.SHA256(ctx, exe.Path); exe.SHA256 != "" {
		e.recordFacts(record.FactsFrame{Executable: &exe}, nil)
	}
}

// listPackages records what runs the program, and the packages it has.
func (e *Experiment) listPackages(ctx context.Context, p environ.Program) {
	e.facts.wanted.Add(1)
	defer e.facts.wanted.Add(-1)
	listing, cancel := context.WithCancel(ctx)
	defer expire(time.AfterFunc(longestList, cancel))
	version, packages := environ.Packages(listing, p, e.facts.cache)
	if version != "" || len(packages) > 0 {
		e.recordFacts(record.FactsFrame{Runtime: version}, packages)
	}
	if e.executable != nil && (sameFile(e.executable.Path, p.Exe) || ownProgram(e.executable)) {
		return
	}
	if exe := environ.Executable(nil, p.Started()); exe != nil {
		e.hashExecutable(ctx, *exe)
	}
}

// ownProgram reports whether the project's source was built into a program: it
// stays the one that ran, whatever it starts.
func ownProgram(exe *record.Executable) bool {
	return exe.Revision != "" || exe.SourceMayDiffer != ""
}

func sameFile(a, b string) bool {
	ainfo, aerr := os.Stat(a)
	binfo, berr := os.Stat(b)
	return aerr == nil && berr == nil && os.SameFile(ainfo, binfo)
}

// recordFacts records what was found, unless the run has ended.
func (e *Experiment) recordFacts(frame record.FactsFrame, packages []string) {
	e.facts.mu.Lock()
	defer e.facts.mu.Unlock()
	if e.facts.closed {
		return
	}
	if text := record.EncodePackages(packages); text != nil {
		if err := replaceFile(filepath.Join(e.folder, record.PackagesFile), text); err != nil {
			e.fail(fmt.Errorf("the list of packages is not recorded: %w", err))
		} else {
			frame.Packages = len(record.DecodePackages(text))
		}
	}
	e.append(journal.Facts, record.EncodeFactsFrame(frame))
}

// describeItself records the modules of this program, which has joined the run of
// a command, where nobody has found them out yet: whoever watches a command does
// not see a program that soon ends, after a long build such as go run's.
func (e *Experiment) describeItself() {
	if _, err := os.Lstat(filepath.Join(e.folder, record.PackagesFile)); err == nil {
		return
	}
	nothing := func() {}
	e.facts = &factFinder{idle: nothing, cancel: nothing}
	e.recordFacts(record.FactsFrame{Runtime: runtime.Version()}, packageLines())
}

// joinFacts ends gatherFacts: it waits a little for what is being found out,
// and what comes after that is not recorded. It must come before the end is
// recorded.
func (e *Experiment) joinFacts() {
	f := e.facts
	if f == nil {
		return
	}
	f.idle()
	patience := min(longestWait, max(shortestWait, time.Since(f.began)/4))
	if f.wanted.Load() > 0 {
		patience = longestWait
	}
	found := make(chan struct{})
	go func() {
		f.finding.Wait()
		close(found)
	}()
	select {
	case <-found:
	case <-time.After(patience):
	}
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.cancel()
}
