package recorder

import (
	"errors"
	"strings"
)

// Errors of finding projects and runs.
var (
	// ErrNoProject: nothing was ever recorded in or above the folder.
	ErrNoProject = errors.New("nothing has been recorded here")
	// ErrNoRun: no run answers to the reference.
	ErrNoRun = errors.New("no such run")
	// ErrBeside: of the records of a run the one that counts alone has a folder.
	ErrBeside = errors.New("is kept beside the one that counts and has no folder")
	// ErrUnfinished: the run's process lives, or has not been recovered yet.
	ErrUnfinished = errors.New("the run has not ended")
)

// Errors of recording. They never reach a program through a logging call:
// [Experiment.Err] holds the first one.
var (
	// ErrInvalid: a name, tag, path or value that cannot be recorded.
	ErrInvalid = errors.New("cannot be recorded")
	// ErrFinished: the experiment has been finished.
	ErrFinished = errors.New("the experiment has been finished")
	// ErrOff: recording is switched off.
	ErrOff = errors.New("recording is switched off")
)

// oneLine joins errors so that they read as one sentence.
func oneLine(errs ...error) error {
	var list errorList
	for _, err := range errs {
		if err != nil {
			list = append(list, err)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

type errorList []error

func (l errorList) Error() string {
	texts := make([]string, len(l))
	for i, err := range l {
		texts[i] = err.Error()
	}
	return strings.ReplaceAll(strings.Join(texts, "; "), "\n", "; ")
}

func (l errorList) Unwrap() []error { return l }

// Errors of sharing runs.
var (
	// ErrRefused: the other side would not have some of the runs.
	ErrRefused = errors.New("refused")
	// ErrSecret: runs hold what looks like a secret.
	ErrSecret = errors.New("not pushed, for what looks like a secret")
	// ErrUnnamed: what is fetched in part is fetched in full later, so its remote
	// must be one of the repository's.
	ErrUnnamed = errors.New("the remote has no name here")
	// ErrMirror: the remote is set up so that git removes what it does not find.
	ErrMirror = errors.New("the remote mirrors")
)
