package recorder_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// advertised are the bytes of refs of runs that a plain push of a teammate is
// told of.
func advertised(t testing.TB, dir string) (bytes int) {
	t.Helper()
	cmd := exec.Command("git", "push", "--dry-run", "-q", "origin", "HEAD:refs/heads/main")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_TRACE_PACKET=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if _, packet, ok := strings.Cut(line, " push< "); ok && strings.Contains(packet, " refs/exprec") {
			bytes += 4 + len(packet)
		}
	}
	return bytes
}

// Many runs are few refs for everybody, and one of them comes without the others.
func TestRollUpMany(t *testing.T) {
	const runs = 400
	dir, server, other := repository(t), filepath.Join(t.TempDir(), "server.git"), filepath.Join(t.TempDir(), "other")
	gitstoretest.Git(t, dir, "init", "-q", "--bare", server)
	gitstoretest.Git(t, dir, "remote", "add", "origin", server)
	gitstoretest.Git(t, dir, "push", "-q", "origin", "HEAD:refs/heads/main")
	gitstoretest.Git(t, server, "symbolic-ref", "HEAD", "refs/heads/main")
	gitstoretest.Git(t, dir, "clone", "-q", server, other)
	manyRuns(t, dir, runs)
	push := func(limit string) *recorder.Shared {
		gitstoretest.Git(t, dir, "config", "exprec.rollUp", limit)
		shared, err := open(t, dir).Push(t.Context(), recorder.ShareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return shared
	}
	push("0")
	before := advertised(t, other)
	if before < runs*80 {
		t.Fatalf("%d bytes of refs before anything is rolled up", before)
	}
	shared := push("100")
	if shared.Same != runs || shared.RolledUp < runs-100 {
		t.Fatalf("%d as they were, %d rolled up", shared.Same, shared.RolledUp)
	}
	if after := advertised(t, other); after > before/3 {
		t.Errorf("%d bytes of refs for those who push nothing of them, %d before", after, before)
	}
	fetch := func(runs ...string) *recorder.Shared {
		shared, err := open(t, other).Fetch(t.Context(), recorder.ShareOptions{Runs: runs})
		if err != nil {
			t.Fatal(err)
		}
		return shared
	}
	objects := func() []string {
		return strings.Fields(gitstoretest.Git(t, other, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"))
	}
	left := gitstoretest.Git(t, server, "for-each-ref", "refs/exprec/")
	var id string
	for _, ref := range strings.Fields(gitstoretest.Git(t, dir, "for-each-ref", "refs/exprec/", "--format=%(refname)")) {
		if !strings.Contains(left, ref) {
			id = strings.TrimPrefix(ref, "refs/exprec/")
		}
	}
	known := objects()
	if shared := fetch(id); !slices.Equal(shared.New, []string{id}) {
		t.Fatalf("the fetch of one: %+v", shared)
	}
	whole := strings.Fields(gitstoretest.Git(t, other, "rev-list", "--objects", "--no-object-names", "refs/exprec/"+id))
	for _, h := range objects() {
		if !slices.Contains(known, h) && !slices.Contains(whole, h) {
			t.Errorf("%s has come, which the run does not need", h)
		}
	}
	if shared := fetch(); len(shared.New) != runs-1 || shared.Same != 1 {
		t.Errorf("the fetch of all: %d new, %d as they were", len(shared.New), shared.Same)
	}
	want := gitstoretest.Git(t, dir, "for-each-ref", "refs/exprec/")
	if got := gitstoretest.Git(t, other, "for-each-ref", "refs/exprec/"); got != want {
		t.Error("the clones differ")
	}
}
