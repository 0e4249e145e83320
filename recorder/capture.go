package recorder

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/divert"
)

const (
	// readyWait bounds how long the start of a run waits for the helper, which
	// came up while the snapshot was taken.
	readyWait = 2 * time.Second
	// finishWait bounds how long Finish waits until what was printed has been
	// passed on.
	finishWait = 2 * time.Second
)

// outputHelper is the hidden command of exprec that relays the output.
const outputHelper = "output-helper"

// stdio is which experiment records the stdout and stderr of this process. A
// process has one of each, however many experiments it has.
var stdio struct {
	sync.Mutex
	owner *Experiment
}

// startOutput makes ready to record what this process prints: it is taken by
// takeOutput. Only the first of several live experiments can have it.
func (e *Experiment) startOutput() {
	if e.options.NoOutput || testing.Testing() {
		return
	}
	stdio.Lock()
	if stdio.owner != nil {
		e.outputOf = stdio.owner.uuid
		stdio.Unlock()
		return
	}
	stdio.owner = e
	stdio.Unlock()
	e.catchCrash(crashFile)
	d, err := e.divert()
	if err != nil {
		e.releaseStdio()
		e.warn("the output is not recorded: %v", err)
		return
	}
	e.diversion = d
}

func (e *Experiment) releaseStdio() {
	stdio.Lock()
	defer stdio.Unlock()
	if stdio.owner == e {
		stdio.owner = nil
	}
}

// divert starts what is to read the output: exprec, which also sees how the
// program ends, or tee.
func (e *Experiment) divert() (*divert.Diversion, error) {
	limit, err := e.project.outputLimit()
	if err != nil {
		e.fail(err)
	}
	path, err := exec.LookPath("exprec")
	if err == nil {
		job := divert.Job{Run: e.uuid, Folder: e.folder, Limit: limit, Quiet: e.options.Quiet}
		return divert.Start(path, []string{outputHelper}, job)
	}
	tee, terr := exec.LookPath("tee")
	if terr != nil {
		return nil, fmt.Errorf("%w; put exprec on PATH", err)
	}
	dir := filepath.Join(e.folder, outputDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	d, terr := divert.StartTee(tee, func(fd int) string {
		return filepath.Join(dir, capture.Stream(fd).File())
	})
	if terr != nil {
		return nil, fmt.Errorf("%w; put exprec on PATH", terr)
	}
	return d, nil
}

// takeOutput begins to record what this process prints. Messages of the
// recorder go to where stderr was.
func (e *Experiment) takeOutput() {
	d := e.diversion
	if d == nil {
		return
	}
	err := d.Ready(readyWait)
	if err == nil {
		err = d.Take(e.lostOutput)
	}
	if err != nil {
		d.Drop()
		e.diversion = nil
		e.releaseStdio()
		e.warn("the output is not recorded: %v", err)
		return
	}
	if e.messages != nil {
		e.messages = d
	}
}

// helpers are the processes that read the output. They are not what is
// recorded.
func (e *Experiment) helpers() []int {
	if e.diversion == nil {
		return nil
	}
	return e.diversion.Readers()
}

// lostOutput is called when the helper ended before Finish; nil where that was
// to be expected.
func (e *Experiment) lostOutput(err error) {
	e.releaseStdio()
	if err != nil {
		e.warn("the output is no longer recorded: %v", err)
	}
}

// endOutput gives stdout and stderr back. While a panic unwinds it leaves them
// to the helper, for the last words, and the end of the run with them. The
// helper also goes on by itself where something holds up what it passes on.
func (e *Experiment) endOutput() {
	d := e.diversion
	if d != nil && e.panics && d.Panicking() == nil {
		return
	}
	if d != nil {
		if err := d.Finish(finishWait); err != nil {
			e.say("the run is finished in the background: %v", err)
		}
		e.releaseStdio()
	}
	if e.catches {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
	}
}

// catchCrash has the Go runtime write into the run's folder what it says when
// this process crashes.
func (e *Experiment) catchCrash(name string) {
	if e.options.NoOutput || testing.Testing() {
		return
	}
	f, err := os.OpenFile(filepath.Join(e.folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = errors.Join(debug.SetCrashOutput(f, debug.CrashOptions{}), f.Close())
	}
	e.catches = err == nil
}
