package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// heartbeatEvery is how often a run says that it lives to whoever cannot see
// its process.
const heartbeatEvery = 30 * time.Second

// Start begins to record a run. It never returns nil and never fails the
// program: what is wrong is said once on stderr and kept for
// [Experiment.Err]. The source is in git before Start returns. A process that
// finds EXPREC_RUN and EXPREC_DIR in its environment joins that run instead.
func Start(o Options) (e *Experiment) {
	if o.Off() {
		return &Experiment{options: o}
	}
	defer func() {
		if r := recover(); r != nil {
			e = broken(o, fmt.Errorf("a fault in the recorder: %v", r))
		}
	}()
	e, err := start(o)
	if err != nil {
		return broken(o, err)
	}
	return e
}

func start(o Options) (*Experiment, error) {
	if folder, id, ok := invited(); ok {
		e, err := join(o, folder, id)
		if !errors.Is(err, errSealed) {
			return e, err
		}
		o.Continue = id
	}
	return begin(o, nil)
}

// begin starts a run of its own: that of this process, or of a command.
func begin(o Options, c *Command) (*Experiment, error) {
	id := uuid.NewString()
	p, folder, err := openForRecording(o.Dir, id)
	if err != nil {
		return nil, err
	}
	e, err := attach(o, p, folder, id)
	if err != nil {
		os.RemoveAll(folder)
		return nil, oneLine(err, p.Close())
	}
	if c != nil {
		e.watchOver(c)
	} else {
		e.startOutput()
	}
	if err := p.link(folder); err != nil && p.note == "" {
		e.warn("the run is not linked below .exprec: %v", err)
	}
	if p.note != "" {
		e.warn("%s", p.note)
	}
	run := e.describe()
	run.OutputOf = e.outputOf
	e.commitStart(run)
	e.takeOutput()
	e.watch()
	if c == nil {
		e.gatherFacts(os.Getpid())
		e.sampleSystem(os.Getpid())
	}
	e.say("run %s (%s) in %s", e.short(), e.label, p.where())
	return e, nil
}

// attach makes this process a writer of the run in folder.
func attach(o Options, p *Project, folder, id string) (*Experiment, error) {
	lock, err := journal.LockShared(filepath.Join(folder, lockName))
	if err != nil && !errors.Is(err, journal.ErrNoLocks) {
		return nil, fmt.Errorf("lock the run's folder: %w", err)
	}
	started := time.Now()
	w, err := journal.Create(filepath.Join(folder, journalName), header(id, started))
	if err != nil {
		return nil, oneLine(fmt.Errorf("make the run's journal: %w", err), lock.Unlock())
	}
	e := &Experiment{
		options: o, project: p, uuid: id, folder: folder, started: started, lock: lock, journal: w,
		files: fileSet{root: folder}, stop: make(chan struct{}), warned: map[string]bool{},
	}
	if !o.Quiet {
		e.messages = os.Stderr
	}
	e.live.Store(true)
	return e, nil
}

func header(id string, started time.Time) journal.Header { return headerOf(id, os.Getpid(), started) }

// headerOf is the header of a journal of a process of this world.
func headerOf(id string, pid int, started time.Time) journal.Header {
	host, _ := os.Hostname()
	return journal.Header{
		Run: uuid.MustParse(id), Start: started, Host: host, PID: pid, Rank: rank(),
		MachineID: journal.MachineID(), BootID: journal.BootID(), PIDNamespace: journal.PIDNamespace(),
	}
}

// describe is what is known of the run at its start.
func (e *Experiment) describe() *record.Run {
	run := &record.Run{
		Format: record.Format, UUID: e.uuid, Alias: record.Alias(e.uuid), Status: record.Running,
		Started: e.started.UTC(), Rank: rank(),
	}
	wanted := e.wanted()
	run.Title, run.Name, run.Group = wanted.Title, wanted.Name, wanted.Group
	run.Tags, run.Steps = wanted.Tags, wanted.Steps
	run.Continues = e.continued(e.options.Continue)
	e.label = run.Label()
	if e.command != nil {
		describeCommand(run, e.project, e.command.Args, e.command.Path)
		if e.command.RerunOf != "" {
			run.RerunOf, run.Directory = e.command.RerunOf, e.command.Directory
		}
		return run
	}
	describeProgram(run, e.project)
	if packages := packageLines(); len(packages) > 0 {
		run.Packages = len(packages)
		if err := replaceFile(filepath.Join(e.folder, record.PackagesFile), record.EncodePackages(packages)); err != nil {
			e.fail(fmt.Errorf("the list of packages is not recorded: %w", err))
		}
	}
	return run
}

// wanted is what the options say of the run; what cannot be recorded is
// reported and left out.
func (e *Experiment) wanted() record.MetaFrame {
	o := e.options
	wanted := record.MetaFrame{Steps: int64(max(o.Steps, 0))}
	for _, tag := range o.Tags {
		if err := checkTag(tag); err != nil {
			e.fail(err)
			continue
		}
		wanted.Tags = append(wanted.Tags, tag)
	}
	if o.Name != "" {
		if err := checkName("run", o.Name); err != nil {
			e.fail(err)
		} else {
			wanted.Name = o.Name
		}
	}
	wanted.Title, wanted.Group = e.clean("title", o.Title), e.clean("group", o.Group)
	return wanted
}

// startTries bounds how often the start is taken anew because the source
// changed while it was stored.
const startTries = 3

// commitStart takes the snapshot and writes the start commit. Where that
// fails the run goes on: its journal is on the disk, and the record is made of
// it at the end.
func (e *Experiment) commitStart(run *record.Run) {
	var err error
	for range startTries {
		if err = e.tryStart(run); !errors.Is(err, gitstore.ErrChanged) {
			break
		}
	}
	e.executable = run.Executable
	if err != nil {
		e.unborn = &unborn{run: record.EncodeRun(run), source: e.source}
		e.unborn.keep(e.folder)
		e.fail(fmt.Errorf("the run's start is not in git yet, its journal is kept in %s: %w", e.folder, err))
	}
}

func (e *Experiment) tryStart(run *record.Run) error {
	tree := gitstore.NewTree()
	switch {
	case e.options.NoSource:
	case e.command != nil && e.command.Commit != "":
		e.addSourceOfCommit(tree, run, e.command.Commit)
	case e.command != nil && e.command.Source != "":
		e.addSourceOf(tree, run, e.command.Source)
	default:
		e.addSource(tree, run)
	}
	data := record.EncodeRun(run)
	tree.AddBytes(record.RunFile, data)
	if err := replaceFile(filepath.Join(e.folder, record.RunFile), data); err != nil {
		return err
	}
	return e.project.commitRun(e.context(), e.project.stores[0], e.uuid, gitstore.Commit{
		Tree: tree, Message: record.StartMessage(run), Author: e.project.author(e.started),
	})
}

// addSource adds the snapshot to the start, and what it says of the run.
func (e *Experiment) addSource(tree *gitstore.Tree, run *record.Run) {
	snapshot := e.snapshot()
	if snapshot == nil {
		return
	}
	run.Source = sourceOf(snapshot)
	tree.AddSnapshot("source", snapshot)
	e.source = snapshot.Tree
	judgeExecutable(run, e.project.top, snapshot)
	if run.Git != nil {
		run.Git.Dirty = snapshot.Dirty
	}
	if snapshot.Files == 0 {
		e.warn("the snapshot of the source is empty: %s holds no file that git would take", e.project.top)
	}
}

// author signs a run's commits: the user as their git knows them.
func (p *Project) author(when time.Time) gitstore.Signature {
	who := p.repo.Author()
	who.When = when.UTC()
	return who
}

// watch keeps the run's sign of life fresh.
func (e *Experiment) watch() {
	go func() {
		timer := time.NewTimer(heartbeatEvery)
		defer expire(timer)
		for {
			select {
			case <-timer.C:
				timer.Reset(heartbeatEvery)
				e.append(journal.Heartbeat, nil)
				if err := e.notice(); err != nil {
					e.fail(err)
				}
			case <-e.stop:
				return
			}
		}
	}()
}

// expire ends the use of a timer, one of AfterFunc too, by letting it fire. While
// the runtime has a timer in mind a deadlock of the program is not noticed: one
// that is only stopped may stay in a heap until its time, and a thread that has
// gone to sleep until then looks at the heaps anew when a sooner one is made.
// The second of those here is made when such a thread is asleep for certain.
func expire(timer *time.Timer) {
	timer.Reset(0)
	if timer.C != nil {
		<-timer.C
	}
	time.AfterFunc(time.Millisecond, func() { time.Sleep(time.Millisecond) })
}

// clean keeps a text that can be written.
func (e *Experiment) clean(what, text string) string {
	if text == "" {
		return ""
	}
	plain, notes := plainValue(text)
	for _, note := range notes {
		e.warn("the %s: %s", what, note)
	}
	return plain.(string)
}

// context is what the recorder's own work runs under: it has no end, because a
// record must be written even while the program is being stopped.
func (e *Experiment) context() context.Context { return context.Background() }
