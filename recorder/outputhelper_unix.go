//go:build unix

package recorder

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/death"
	"github.com/exprec/exprec/recorder/internal/divert"
)

const (
	// panicWait is how long a program that said it panics is waited for. One
	// that lives then has recovered the panic, and its run has ended.
	panicWait = 2 * time.Second
	// idleWait is how long nothing must come of a dead program's children for
	// the record to be closed.
	idleWait = 200 * time.Millisecond
	// childrenWait bounds how long their output still goes into the record.
	childrenWait = 5 * time.Second
	// drainWait bounds how long somebody can hold up what is passed on before
	// the run ends without it.
	drainWait = 10 * time.Second
)

// HelpOutput is the other process of a program that records its output: it
// keeps what comes through the pipes, passes it on, sees how the program ends,
// and seals its run then. It is started by the program, with one argument, and
// gives its exit code.
func HelpOutput(args []string) int {
	job, err := divert.ParseJob(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "exprec: %v\n", err)
		return 2
	}
	// It ends after the program, whatever ends that, and whoever reads it.
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	signal.Ignore(append(signals, syscall.SIGPIPE)...)
	h := &helper{program: divert.Listen()}
	h.watchProcess(job.PID)
	if err := h.open(job); err != nil {
		h.program.Fail(err)
		return 1
	}
	h.program.Answer(divert.Ready)
	if relay := h.watch(); relay {
		signal.Reset(signals...)
		h.relay()
	}
	return 0
}

// helper is the other process of a program.
type helper struct {
	experiment *Experiment
	sink       *capture.Sink
	relays     []*divert.Relay
	program    *divert.Program
	died       <-chan death.End // nil where only the end of its commands tells
	memory     memoryWatch
}

// watchProcess begins to wait for the end of the program.
func (h *helper) watchProcess(pid int) {
	h.memory = watchMemory(pid)
	process, ok := death.Inherit(pid, divert.ProcessFD)
	if !ok {
		return
	}
	died := make(chan death.End)
	h.died = died
	go func() {
		end, err := process.Wait(context.Background())
		if err == nil {
			died <- end
		}
	}()
}

// open makes this process a watcher of the run that keeps its output.
func (h *helper) open(job divert.Job) error {
	top, err := os.ReadFile(filepath.Join(job.Folder, originName))
	if err != nil {
		return fmt.Errorf("find the project of the run: %w", err)
	}
	p, err := Open(string(top))
	if err != nil {
		return err
	}
	e, err := attach(Options{Quiet: job.Quiet}, p, job.Folder, job.Run)
	if err != nil {
		return err
	}
	e.joined = true
	e.beginWatch(job.PID, "output")
	e.watch()
	h.experiment = e
	h.sink, err = capture.OpenSink(filepath.Join(job.Folder, outputDir), job.Limit, e.mark)
	if err != nil {
		return err
	}
	h.relays, err = divert.NewRelays(job, func(fd int, data []byte) { h.sink.Write(capture.Stream(fd), data) })
	for _, r := range h.relays {
		go r.Run()
	}
	return err
}

// watch keeps the output until the program or its run ends. It reports whether
// children of the program may still print.
func (h *helper) watch() (relay bool) {
	var panicked <-chan time.Time
	commands := h.program.Commands
	for {
		select {
		case said, open := <-commands:
			switch {
			case !open && h.died == nil:
				h.programEnded(death.End{})
				return true
			case !open: // it became another program by exec, which goes on
				commands = nil
			case said == divert.Finish:
				h.runEnded()
				h.program.Answer(divert.Done)
				return true
			case said == divert.Panicking:
				panicked = time.After(panicWait)
			}
		case end := <-h.died:
			h.programEnded(end)
			return true
		case <-panicked:
			h.runEnded()
			return false // the program takes its descriptors back
		}
	}
}

// runEnded lets go of a run whose program goes on. What it printed so far is
// in the record.
func (h *helper) runEnded() {
	late := time.After(drainWait)
	for _, r := range h.relays {
		select {
		case <-r.Drained():
		case <-late:
		}
	}
	h.closeSink()
	e := h.experiment
	close(e.stop)
	e.live.Store(false)
	defer e.project.Close()
	err := e.journal.Leave()
	at := e.writes()
	last, lerr := e.lastWriter(at)
	if lerr == nil && last { // the program did not wait
		e.label = h.label()
		err = e.sealLast(at, err)
	}
	if err = oneLine(err, lerr); err != nil {
		e.fail(err)
	}
}

// programEnded records how the program ended, and with it its run, unless
// other processes write that too.
func (h *helper) programEnded(seen death.End) {
	var settled sync.WaitGroup
	for _, r := range h.relays {
		settled.Go(func() { r.Settle(idleWait, childrenWait) })
	}
	settled.Wait()
	end := Ending{ExitCode: seen.Code, Signal: seen.Signal, OutOfMemory: h.memory.killed(), LastWords: h.lastWords()}
	h.closeSink()
	e := h.experiment
	e.label = h.label()
	e.endWatched(end)
}

// lastWords are those on stderr, or on the only stream.
func (h *helper) lastWords() []byte {
	if words := h.sink.Tail(capture.Stderr, capture.MaxTail); len(words) > 0 {
		return words
	}
	return h.sink.Tail(capture.Stdout, capture.MaxTail)
}

// closeSink ends the keeping: from now on bytes are passed on and no more.
func (h *helper) closeSink() {
	for _, r := range h.relays {
		r.Forget()
	}
	if err := h.sink.Close(); err != nil {
		h.experiment.warn("%v", err)
	}
}

// label is how the run is called, as its start says.
func (h *helper) label() string {
	e := h.experiment
	run, err := e.project.readStart(e.uuid, e.folder)
	if err != nil {
		return e.short()
	}
	return run.Label()
}

// relay passes on what children of the program print, until none is left that
// could.
func (h *helper) relay() {
	_ = os.Chdir("/") // so that it is in nobody's way
	for _, r := range h.relays {
		<-r.Ended()
	}
}
