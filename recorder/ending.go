package recorder

import (
	"fmt"

	"github.com/exprec/exprec/recorder/internal/failure"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Ending is how a program's process ended, as a watcher saw it. The zero value
// says that it ended and nothing more.
type Ending struct {
	ExitCode    *int   // nil unknown; 128+n when signal n killed it
	Signal      string // that killed it, such as SIGKILL; empty if it exited
	Asked       string // SIGINT, SIGTERM or SIGHUP that it was asked to stop with, empty if none
	NotStarted  error  // why it could not be started
	OutOfMemory bool   // the kernel killed a process of its cgroup meanwhile, for want of memory
	LastWords   []byte // tail of its stderr, or of its only stream, up to 64 KiB
}

// beginWatch makes this process a watcher of the run: it comes before anything
// else this process says of it. It is called again once the program's process
// is known, where pid was 0.
func (e *Experiment) beginWatch(pid int, by string) {
	e.append(journal.Watch, record.EncodeWatchFrame(record.WatchFrame{PID: pid, By: by}))
}

// endWatched says how the watched program ended, and ends this process's part
// of the run; it seals the run if it is the last that writes it.
func (e *Experiment) endWatched(ending Ending) {
	if e.off() {
		return
	}
	end := ending.end()
	if what := ending.failure(end.Status); what != nil {
		e.failWith(*what, end.Status == record.Stopped)
	}
	e.end(end)
}

// end is the watcher's last word.
func (n Ending) end() record.EndFrame {
	end := record.EndFrame{Status: n.status(), ExitCode: n.ExitCode, Signal: n.Signal}
	if end.Status == record.Stopped {
		end.Signal = n.stopSignal()
	}
	return end
}

func (n Ending) status() record.Status {
	switch {
	case n.NotStarted != nil:
		return record.Failed
	case n.stopSignal() != "":
		return record.Stopped
	case n.Signal == "SIGKILL":
		return record.Lost
	case n.Signal != "":
		return record.Failed
	case n.ExitCode == nil && n.crashed():
		return record.Failed
	case n.ExitCode == nil:
		return record.Lost
	case *n.ExitCode == 0:
		return record.Succeeded
	}
	return record.Failed
}

// stopSignal is the signal that somebody stopped the program with: it died of
// it, exited with the code that shells give to it, or ended in whatever way
// after it had been asked to.
func (n Ending) stopSignal() string {
	switch n.Signal {
	case "SIGINT", "SIGTERM", "SIGHUP":
		return n.Signal
	case "":
	default:
		return ""
	}
	if n.Asked == "" && n.ExitCode != nil {
		return map[int]string{130: "SIGINT", 143: "SIGTERM", 129: "SIGHUP"}[*n.ExitCode]
	}
	return n.Asked
}

// crashed reports whether the last words are those of a crash that no program
// lives through.
func (n Ending) crashed() bool {
	kind, _, stack, _ := failure.Parse(n.LastWords)
	return stack != "" && isCrash(&record.Failure{Type: kind, Stack: stack})
}

// failure puts the end into words; nil where there is nothing to say.
func (n Ending) failure(status record.Status) *record.Failure {
	if n.NotStarted != nil {
		return &record.Failure{Type: "not started", Message: n.NotStarted.Error()}
	}
	if status == record.Stopped {
		return &record.Failure{Type: "signal", Message: signalText(n.stopSignal())}
	}
	if status == record.Succeeded {
		return nil
	}
	f := n.words()
	if n.OutOfMemory {
		if f == nil {
			f = &record.Failure{Type: "lost", Message: "its process died without a word"}
		}
		f.Message += ", probably out of memory: the kernel killed a process of its cgroup"
	}
	return f
}

// words are the program's own last ones where they tell of an error, else what
// was seen.
func (n Ending) words() *record.Failure {
	if n.Signal == "SIGKILL" {
		return &record.Failure{Type: "signal", Message: "killed by SIGKILL"}
	}
	kind, message, stack, ok := failure.Parse(n.LastWords)
	f := &record.Failure{Type: kind, Message: message, Stack: stack}
	seen := n.seen()
	switch {
	case !ok && n.unknown():
		return nil
	case !ok:
		return &record.Failure{Type: seen, Message: "the program ended with " + seen}
	case kind == "" && n.unknown():
		f.Type, f.Message = "lost", "nobody could see how its process ended; its last line was: "+message
	case kind == "":
		f.Type = seen
	}
	return f
}

func (n Ending) unknown() bool { return n.ExitCode == nil && n.Signal == "" }

// seen is what the system says of the end.
func (n Ending) seen() string {
	switch {
	case n.Signal != "":
		return n.Signal
	case n.ExitCode != nil:
		return fmt.Sprintf("exit code %d", *n.ExitCode)
	}
	return ""
}

// signalText is how Go, and so a run that sees the signal itself, calls it.
func signalText(name string) string {
	switch name {
	case "SIGINT":
		return "interrupt"
	case "SIGTERM":
		return "terminated"
	case "SIGHUP":
		return "hangup"
	}
	return name
}
