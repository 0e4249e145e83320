package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"syscall"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{failed("", "failed"), 1},
		{recorder.ErrNoProject, 1},
		{recorder.ErrNewer, 1},
		{recorder.ErrNothingChecked, 1},
		{gitstore.ErrLocked, 1},
		{usage("", "wrong"), 2},
		{recorder.ErrNoRun, 3},
		{&recorder.AmbiguousError{Ref: "dead"}, 3},
		{refused("", "refused"), 4},
		{gitstore.ErrExists, 4},
		{recorder.ErrDamaged, 5},
		{gitstore.ErrCorrupt, 5},
		{gitstore.ErrMissing, 5},
		{gitstore.ErrUnsafe, 5},
		{gitstore.ErrTooLarge, 5},
		{errRemote, 6},
		{context.Canceled, 130},
		{&exited{code: 77}, 77},
		{notStarted("x", exec.ErrNotFound), 127},
		{notStarted("x", &fs.PathError{Op: "exec", Path: "x", Err: syscall.EACCES}), 126},
		{notStarted("x", &fs.PathError{Op: "exec", Path: "x", Err: syscall.ENOENT}), 127},
	} {
		wrapped := c.err
		if wrapped != nil {
			wrapped = fmt.Errorf("around: %w", c.err)
		}
		if got := exitCode(wrapped); got != c.code {
			t.Errorf("%v gives the exit code %d, want %d", c.err, got, c.code)
		}
	}
}

func TestMessagesAreCutAtEndlessWords(t *testing.T) {
	long := make([]byte, 4096)
	for i := range long {
		long[i] = 'x'
	}
	if got := cutLongWords("there is no " + string(long) + " here"); len(got) > 200 || got[len(got)-5:] != " here" {
		t.Errorf("got %q", got)
	}
	if got := cutLongWords("a path of /some/words stays"); got != "a path of /some/words stays" {
		t.Errorf("got %q", got)
	}
}
