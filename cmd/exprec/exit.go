package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

// The exit codes of every command.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNoRun       = 3   // no such run, or several that are meant
	exitRefused     = 4   // something would be lost
	exitDamaged     = 5   // something stored is not what it was
	exitRemote      = 6   // another machine's side failed
	exitInterrupted = 130 // as shells report SIGINT
)

// What the commands themselves can fail with.
var (
	errUsage   = errors.New("usage")
	errRefused = errors.New("refused")
	errRemote  = errors.New("remote")
)

// exitCode decides how a command exits that ended with err.
func exitCode(err error) int {
	is := func(target error) bool { return errors.Is(err, target) }
	var ambiguous *recorder.AmbiguousError
	var query *recorder.QueryError
	var command *exited
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &command):
		return command.code
	case is(context.Canceled):
		return exitInterrupted
	case is(errUsage), errors.As(err, &query), is(recorder.ErrNoKey):
		return exitUsage
	case is(recorder.ErrNoRun), errors.As(err, &ambiguous):
		return exitNoRun
	case is(errRefused), is(gitstore.ErrExists), is(recorder.ErrUnfinished), is(recorder.ErrNoMetric):
		return exitRefused
	case is(recorder.ErrDamaged), is(gitstore.ErrCorrupt), is(gitstore.ErrMissing), is(gitstore.ErrUnsafe), is(gitstore.ErrTooLarge):
		return exitDamaged
	case is(errRemote):
		return exitRemote
	}
	return exitFailed
}

// A failure is an error for people: what is wrong, and a hint at what to do.
// It is also the kind of error that decides the exit code.
type failure struct {
	kind error
	what string
	hint string
}

func (f *failure) Error() string { return f.what }
func (f *failure) Unwrap() error { return f.kind }

func usage(hint, format string, args ...any) error {
	return &failure{errUsage, fmt.Sprintf(format, args...), hint}
}

func refused(hint, format string, args ...any) error {
	return &failure{errRefused, fmt.Sprintf(format, args...), hint}
}

func failed(hint, format string, args ...any) error {
	return &failure{nil, fmt.Sprintf(format, args...), hint}
}

// hint says what to do about an error, where that is known.
func hint(err error) string {
	var f *failure
	switch {
	case errors.As(err, &f):
		return f.hint
	case errors.Is(err, recorder.ErrNoProject):
		return "go to the folder of your program, or record a run there first; exprec demo shows how that looks"
	case exitCode(err) == exitDamaged:
		return "exprec check says what is damaged and what is not"
	}
	return ""
}

// isAmbiguous reports whether a reference meant several runs.
func isAmbiguous(err error) bool {
	var ambiguous *recorder.AmbiguousError
	return errors.As(err, &ambiguous)
}
