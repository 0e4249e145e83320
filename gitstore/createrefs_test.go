package gitstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// newRefs are many refs of a commit, in no order.
func newRefs(h Hash, more ...string) []Ref {
	var refs []Ref
	for i := range manyCreated {
		refs = append(refs, Ref{fmt.Sprintf("refs/exprec/%02d", (i*7)%manyCreated), h})
	}
	for _, name := range more {
		refs = append(refs, Ref{name, h})
	}
	return refs
}

// Many refs that are made at once are what git makes of them, beside those that
// are there: packed or not, and tags.
func TestCreateManyRefs(t *testing.T) {
	for what, prepare := range map[string][]string{
		"none packed":    {"update-ref refs/exprec/a HEAD"},
		"some packed":    {"tag -a -m words v1", "tag v2", "update-ref refs/exprec/a HEAD", "pack-refs --all", "update-ref refs/exprec/loose HEAD"},
		"old packed":     {"update-ref refs/exprec/a HEAD", "pack-refs --all"},
		"refs with logs": {"config core.logAllRefUpdates always"},
	} {
		t.Run(what, func(t *testing.T) {
			ours, theirs := gitstoretest.Init(t), gitstoretest.Init(t)
			for _, dir := range []string{ours, theirs} {
				gitstoretest.Write(t, dir, "a", "a")
				gitstoretest.Git(t, dir, "add", "-A")
				gitstoretest.Git(t, dir, "commit", "-qm", "Begin", "--date", "2026-01-01T00:00:00Z")
				for _, args := range prepare {
					gitstoretest.Git(t, dir, strings.Fields(args)...)
				}
			}
			if what == "old packed" { // as git wrote it before 2018
				file := filepath.Join(ours, ".git", packedRefsFile)
				text, err := os.ReadFile(file)
				if err == nil {
					err = os.WriteFile(file, []byte(strings.Replace(string(text), " sorted", "", 1)), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			head, _ := parseHash(gitstoretest.Git(t, ours, "rev-parse", "HEAD"))
			store, _ := openStore(t, ours)
			refs := newRefs(head, "refs/exprec/zz", "refs/exprec-x/y/z", "refs/a/b")
			if err := store.CreateRefs(t.Context(), refs); err != nil {
				t.Fatal(err)
			}
			there, _ := parseHash(gitstoretest.Git(t, theirs, "rev-parse", "HEAD"))
			for _, ref := range refs {
				gitstoretest.Git(t, theirs, "update-ref", ref.Name, there.String())
			}
			const format = "--format=%(refname) %(objecttype) %(*objecttype)"
			if got, want := gitstoretest.Git(t, ours, "for-each-ref", format), gitstoretest.Git(t, theirs, "for-each-ref", format); got != want {
				t.Errorf("the refs are\n%s\nand not\n%s", got, want)
			}
			for _, ref := range refs {
				if got, err := store.Ref(ref.Name); err != nil || got != head {
					t.Errorf("%s is %s, %v", ref.Name, got, err)
				}
			}
			before := gitstoretest.Git(t, ours, "for-each-ref")
			gitstoretest.Git(t, ours, "pack-refs", "--all")
			gitstoretest.Git(t, ours, "fsck", "--strict")
			if after := gitstoretest.Git(t, ours, "for-each-ref"); after != before {
				t.Errorf("packed again the refs are\n%s\nand not\n%s", after, before)
			}
			if what == "refs with logs" {
				if _, err := os.Stat(filepath.Join(ours, ".git/logs/refs/a/b")); err != nil {
					t.Error("there is no log:", err)
				}
			}
		})
	}
}

// Where one of many cannot be made none is.
func TestCreateManyRefsOrNone(t *testing.T) {
	for what, c := range map[string]struct {
		existing string
		pack     bool
		more     []string
	}{
		"loose":            {"refs/exprec/33", false, nil},
		"packed":           {"refs/exprec/33", true, nil},
		"below, loose":     {"refs/exprec/33/a", false, nil},
		"below, packed":    {"refs/exprec/33/a", true, nil},
		"above, loose":     {"refs/b", false, []string{"refs/b/c/d"}},
		"above, packed":    {"refs/b", true, []string{"refs/b/c/d"}},
		"twice":            {"refs/b", true, []string{"refs/exprec/33"}},
		"below each other": {"refs/b", true, []string{"refs/exprec/33/a", "refs/exprec/33-a"}},
	} {
		t.Run(what, func(t *testing.T) {
			dir := gitstoretest.Init(t)
			gitstoretest.Git(t, dir, "commit", "-q", "--allow-empty", "-m", "Begin")
			gitstoretest.Git(t, dir, "update-ref", c.existing, "HEAD")
			if c.pack {
				gitstoretest.Git(t, dir, "pack-refs", "--all")
			}
			head, _ := parseHash(gitstoretest.Git(t, dir, "rev-parse", "HEAD"))
			before := gitstoretest.Git(t, dir, "for-each-ref")
			store, _ := openStore(t, dir)
			if err := store.CreateRefs(t.Context(), newRefs(head, c.more...)); !errors.Is(err, ErrConflict) {
				t.Errorf("the error is %v", err)
			}
			if after := gitstoretest.Git(t, dir, "for-each-ref"); after != before {
				t.Errorf("the refs are\n%s\nand not\n%s", after, before)
			}
			if names := namesIn(filepath.Join(dir, ".git")); slices.Contains(names, "packed-refs.lock") {
				t.Error("a lock is left")
			}
		})
	}
}
