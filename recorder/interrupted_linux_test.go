package recorder_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/recordertest"
)

const manyShared = 2000

// cloneOfMany is a server and a clone of it, one of which has many runs.
func cloneOfMany(t *testing.T, atServer bool) (server, clone string) {
	t.Helper()
	server, clone = filepath.Join(t.TempDir(), "server.git"), filepath.Join(t.TempDir(), "clone")
	gitstoretest.Git(t, gitstoretest.New(t), "clone", "-q", "--bare", ".", server)
	gitstoretest.Git(t, server, "clone", "-q", server, clone)
	var stream bytes.Buffer
	if err := recordertest.Many(&stream, manyShared); err != nil {
		t.Fatal(err)
	}
	dir := clone
	if atServer {
		dir = server
	}
	gitstoretest.GitInput(t, dir, stream.String(), "fast-import", "--quiet")
	gitstoretest.Git(t, dir, "pack-refs", "--all")
	return server, clone
}

func sharedRefs(t *testing.T, dir string) []string {
	t.Helper()
	return strings.Split(gitstoretest.Git(t, dir, "for-each-ref", "--format=%(refname) %(objectname)", "refs/exprec/"), "\n")
}

// interrupt begins an exchange and cancels it when git says a line at which that
// is wanted.
func interrupt(t *testing.T, exchange func(context.Context, recorder.ShareOptions) (*recorder.Shared, error), at func(line string) bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var o recorder.ShareOptions
	o.Progress = func(line string) {
		if at(line) {
			cancel()
		}
	}
	if _, err := exchange(ctx, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted exchange: %v", err)
	}
}

// A fetch of many runs that is interrupted keeps what came before, and the next
// one gets the others.
func TestInterruptedFetch(t *testing.T) {
	_, clone := cloneOfMany(t, true)
	defer gitstoretest.Unchanged(t, clone)()
	interrupt(t, open(t, clone).Fetch, func(string) bool {
		refs, err := os.ReadFile(filepath.Join(clone, ".git", "packed-refs"))
		return err == nil && bytes.Contains(refs, []byte("refs/exprec/"))
	})
	kept := len(sharedRefs(t, clone))
	if kept < 100 || kept == manyShared {
		t.Errorf("%d runs are there after the interruption", kept)
	}
	shared, err := open(t, clone).Fetch(t.Context(), recorder.ShareOptions{})
	if err != nil || len(shared.New) != manyShared-kept || shared.Same != kept {
		t.Errorf("then came %d, and %d were there: %v", len(shared.New), shared.Same, err)
	}
	gitstoretest.Fsck(t, clone)
}

// A push of many runs that is interrupted is made whole by the next one.
func TestInterruptedPush(t *testing.T) {
	server, clone := cloneOfMany(t, false)
	defer gitstoretest.Unchanged(t, clone)()
	interrupt(t, open(t, clone).Push, func(line string) bool { return strings.HasPrefix(line, "Writing objects") })
	if _, err := open(t, clone).Push(t.Context(), recorder.ShareOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := len(sharedRefs(t, server)); n != manyShared {
		t.Errorf("the server has %d runs", n)
	}
	gitstoretest.Fsck(t, server)
}
