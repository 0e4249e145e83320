package gitstore

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// exchangeBench is a user's repository with many files, a clone of it, and the
// bare repository between them.
type exchangeBench struct {
	*testing.T
	server, ours, theirs string
}

func newExchangeBench(t *testing.T, files int) *exchangeBench {
	t.Helper()
	b := &exchangeBench{T: t, ours: gitstoretest.New(t), server: filepath.Join(t.TempDir(), "server.git"), theirs: filepath.Join(t.TempDir(), "theirs")}
	for i := range files {
		name := filepath.Join(b.ours, "src", strconv.Itoa(i%97), strconv.Itoa(i)+".txt")
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.Repeat("line "+strconv.Itoa(i*7919)+"\n", 40)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	gitstoretest.Git(t, b.ours, "add", "-A")
	gitstoretest.Git(t, b.ours, "commit", "-q", "-m", "many files")
	gitstoretest.Git(t, b.ours, "init", "-q", "--bare", b.server)
	gitstoretest.Git(t, b.ours, "remote", "add", "server", b.server)
	gitstoretest.Git(t, b.ours, "push", "-q", "server", "HEAD:refs/heads/main")
	gitstoretest.Git(t, b.ours, "fetch", "-q", "server")
	gitstoretest.Git(t, b.server, "symbolic-ref", "HEAD", "refs/heads/main")
	gitstoretest.Git(t, b.ours, "clone", "-q", b.server, b.theirs)
	return b
}

func (b *exchangeBench) store(dir string) *Store {
	b.Helper()
	r, err := Find(dir)
	if err != nil {
		b.Fatal(err)
	}
	s, err := r.Open()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// run commits a run with a snapshot of the work tree.
func (b *exchangeBench) run(s *Store, name string) Ref {
	b.Helper()
	repo, err := Find(b.ours)
	if err != nil {
		b.Fatal(err)
	}
	snapshot, err := s.Snapshot(b.Context(), repo, b.ours, SnapshotOptions{})
	if err != nil {
		b.Fatal(err)
	}
	tree := NewTree()
	tree.AddSnapshot("source", snapshot)
	tree.AddBytes("run.msgpack", []byte(name))
	h, err := s.Commit(b.Context(), Commit{Ref: name, Tree: tree, Author: Signature{Name: "a", Email: "a@b", When: time.Unix(1e9, 0)}, Message: name})
	if err != nil {
		b.Fatal(err)
	}
	return Ref{name, h}
}

func (b *exchangeBench) list(s *Store) (*Remote, *Listing) {
	b.Helper()
	remote := "server"
	if s.dir != b.store(b.ours).dir {
		remote = "origin"
	}
	r, err := s.Remote(remote)
	if err != nil {
		b.Fatal(err)
	}
	l, err := r.List(b.Context(), WireOptions{}, "refs/exprec/")
	if err != nil {
		b.Fatal(err)
	}
	return r, l
}

// A run whose source differs in one line goes to another clone as a few
// objects, and arrives whole.
func TestExchangeMovesOnlyWhatIsNew(t *testing.T) {
	b := newExchangeBench(t, 2000)
	s := b.store(b.ours)
	if err := os.WriteFile(filepath.Join(b.ours, "src", "3", "3.txt"), []byte("edited\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := b.run(s, "refs/exprec/"+testUUID)
	defer gitstoretest.Unchanged(t, b.ours)()
	defer gitstoretest.Unchanged(t, b.theirs)()
	remote, listing := b.list(s)
	before := gitstoretest.Git(t, b.server, "count-objects", "-v")
	answers, err := remote.Push(t.Context(), WireOptions{}, listing, []Update{{Ref: run.Name, New: run.Hash}})
	if err != nil || len(answers) != 1 || answers[0].Reason != "" {
		t.Fatalf("push: %v, %+v", err, answers)
	}
	after := gitstoretest.Git(t, b.server, "count-objects", "-v")
	if grown := objectCount(t, after) - objectCount(t, before); grown > 8 {
		t.Errorf("the push moved %d objects:\n%s\n%s", grown, before, after)
	}
	other := b.store(b.theirs)
	remote, listing = b.list(other)
	if len(listing.Refs) != 1 || listing.Refs[0] != run {
		t.Fatalf("the remote lists %v, want %v", listing.Refs, run)
	}
	fetched, err := remote.Fetch(t.Context(), WireOptions{}, listing, listing.Refs)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, base := range fetched.bases {
		count += strings.Count(gitstoretest.Git(t, b.theirs, "verify-pack", "-v", base+".pack"), " commit") + strings.Count(gitstoretest.Git(t, b.theirs, "verify-pack", "-v", base+".pack"), " tree ") + strings.Count(gitstoretest.Git(t, b.theirs, "verify-pack", "-v", base+".pack"), " blob ")
	}
	if count > 12 {
		t.Errorf("the fetch brought %d objects", count)
	}
	if err := other.CreateRefs(t.Context(), listing.Refs); err != nil {
		t.Fatal(err)
	}
	if err := fetched.Release(); err != nil {
		t.Fatal(err)
	}
	gitstoretest.Git(t, b.theirs, "fsck", "--strict", "--no-dangling")
	if got, want := gitstoretest.Git(t, b.theirs, "rev-parse", run.Name+"^{tree}"), gitstoretest.Git(t, b.ours, "rev-parse", run.Name+"^{tree}"); got != want {
		t.Errorf("the tree is %s, want %s", got, want)
	}
}

const testUUID = "0b1e2d3c-4a5b-4c6d-8e7f-9a0b1c2d3e4f"

func objectCount(t *testing.T, text string) int {
	t.Helper()
	total := 0
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if key == "count" || key == "in-pack" {
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			total += n
		}
	}
	return total
}

// A ref that somebody else has moved is not overwritten.
func TestPushLosesNoRace(t *testing.T) {
	b := newExchangeBench(t, 3)
	s := b.store(b.ours)
	run := b.run(s, "refs/exprec/"+testUUID)
	remote, listing := b.list(s)
	for name, u := range map[string]Update{
		"one that should not be there": {Ref: "refs/heads/main", New: run.Hash},
		"another old one":              {Ref: "refs/heads/main", New: run.Hash, Old: run.Hash},
	} {
		answers, err := remote.Push(t.Context(), WireOptions{}, listing, []Update{u})
		if err != nil || len(answers) != 1 || !answers[0].Stale {
			t.Errorf("%s: %v, %+v", name, err, answers)
		}
	}
}
