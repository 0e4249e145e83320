package recorder

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/exprec/exprec/recorder/internal/failure"
	"github.com/exprec/exprec/recorder/internal/record"
)

// crashFile is where the Go runtime writes what it has to say when a process
// of the run crashes, below the run's folder. Those that join the run have
// files of their own: crash-<something>.txt.
const (
	crashFile  = "crash.txt"
	crashFiles = "crash*.txt"
)

// maxCrash is how much of a crash file is read, in bytes. The value and the
// stack of the goroutine that crashed come first.
const maxCrash = 256 << 10

// readCrashes reads the crash files of a run's folder. Those that say nothing
// do not count: every process makes one, few write in it.
func readCrashes(folder string) (crashes []record.Failure) {
	names, _ := filepath.Glob(filepath.Join(folder, crashFiles))
	for _, name := range names {
		if f, ok := readCrash(name); ok {
			crashes = append(crashes, f)
		}
	}
	return crashes
}

func readCrash(name string) (record.Failure, bool) {
	f, err := os.Open(name)
	if err != nil {
		return record.Failure{}, false
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCrash))
	if err != nil || len(bytes.TrimSpace(data)) == 0 {
		return record.Failure{}, false
	}
	kind, message, stack, _ := failure.Parse(data)
	if kind == "" {
		kind = "crash"
	}
	return described(record.Failure{Type: kind, Message: message, Stack: stack}), true
}

// described is a failure as it is recorded: bounded, without secrets, and with
// the fingerprint that failures of one kind and place have in common.
func described(f record.Failure) record.Failure {
	f.Type = failure.Clean(f.Type, failure.MaxType)
	f.Message = failure.Clean(f.Message, failure.MaxMessage)
	f.Stack = failure.Clean(f.Stack, failure.MaxStack)
	f.Fingerprint = failure.Fingerprint(f.Type, f.Message, f.Stack)
	return f
}

// unwound stands for the value of what unwinds the stack through Finish:
// whoever does not recover it cannot know it.
const unwound = "the program ended by a "

func unknownPanic(f *record.Failure) bool {
	return f.Type == "panic" && f.Message == unwound+f.Type
}

// isCrash reports whether a failure is one that the Go runtime wrote.
func isCrash(f *record.Failure) bool {
	return f.Type == "panic" || f.Type == "fatal error" || strings.HasPrefix(f.Type, "SIG") && f.Stack != ""
}
