package gitstore

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// expungeBench is a repository with two commits of a store in it: one that
// goes, and one that stays and shares a file with it.
func expungeBench(t *testing.T) (dir string, s *Store, gone, kept Hash) {
	t.Helper()
	dir = gitstoretest.New(t)
	r, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = r.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	write := func(ref string, files map[string]string) Hash {
		tree := NewTree()
		for path, content := range files {
			tree.AddBytes(path, []byte(content))
		}
		h, err := s.Commit(t.Context(), Commit{Ref: ref, Tree: tree, Message: ref, Author: Signature{Name: "a", Email: "a@b", When: time.Unix(1, 0)}})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	gone = write("refs/exprec/gone", map[string]string{"a/canary": "CANARY-" + "one", "shared": "shared by two", "mine": "later the user's", "staged": "in the index", "there": "in another index", "merged": "merged elsewhere"})
	kept = write("refs/exprec/kept", map[string]string{"shared": "shared by two", "b": "CANARY no more"})
	return dir, s, gone, kept
}

// everything is the content of all objects, and what git says of them.
func everything(t *testing.T, dir string) string {
	t.Helper()
	return gitstoretest.Git(t, dir, "cat-file", "--batch-all-objects", "--batch", "--unordered")
}

// However git keeps them, the objects of a commit that nothing leads to go, and
// whatever else anything leads to stays: also a file of an older commit of the
// user's that git never wrote since the store had it already.
func TestExpunge(t *testing.T) {
	for name, prepare := range map[string]func(dir string){
		"fresh":  func(string) {},
		"loose":  func(dir string) { unpackAll(t, dir) },
		"packed": func(dir string) { gitstoretest.Git(t, dir, "gc", "-q") },
		"with graph and index": func(dir string) {
			gitstoretest.Git(t, dir, "commit-graph", "write", "--reachable")
			gitstoretest.Git(t, dir, "multi-pack-index", "write")
		},
		"with a chain of graphs": func(dir string) {
			gitstoretest.Git(t, dir, "commit-graph", "write", "--reachable", "--split")
		},
		"with a bitmap": func(dir string) { gitstoretest.Git(t, dir, "repack", "-q", "-a", "-d", "-b") },
	} {
		t.Run(name, func(t *testing.T) {
			dir, s, gone, kept := expungeBench(t)
			gitstoretest.Write(t, dir, "mine.txt", "later the user's")
			gitstoretest.Git(t, dir, "add", "mine.txt")
			gitstoretest.Git(t, dir, "commit", "-q", "-m", "third")
			gitstoretest.Write(t, dir, "mine.txt", "changed again")
			gitstoretest.Git(t, dir, "commit", "-q", "-a", "-m", "fourth")
			gitstoretest.Write(t, dir, "staged.txt", "in the index")
			gitstoretest.Git(t, dir, "add", "staged.txt")
			linked := filepath.Join(t.TempDir(), "linked")
			gitstoretest.Git(t, dir, "worktree", "add", "-q", "--detach", linked)
			gitstoretest.Write(t, linked, "there.txt", "in another index")
			gitstoretest.Git(t, linked, "add", "there.txt")
			gitstoretest.Write(t, dir, ".git/worktrees/linked/MERGE_HEAD", merging(t, linked)+"\n")
			dangling := gitstoretest.GitInput(t, dir, "a dangling object of the user", "hash-object", "-w", "--stdin")
			prepare(dir)
			defer gitstoretest.Unchanged(t, dir)()
			if err := s.UpdateRef(t.Context(), "refs/exprec/gone", Hash{}, gone); err != nil {
				t.Fatal(err)
			}
			done, err := s.Expunge(t.Context(), []Hash{gone})
			if err != nil {
				t.Fatal(err)
			}
			// Two trees, the canary and the commit go; five blobs stay.
			if done.Removed != 4 || done.Shared != 5 || done.Left != 0 || len(done.Holders) != 0 {
				t.Errorf("%+v", done)
			}
			all := everything(t, dir)
			if strings.Contains(all, "CANARY-one") || strings.Contains(all, gone.String()) {
				t.Error("what was to go is still there")
			}
			for _, stays := range []string{"shared by two", "later the user's", "in the index", "in another index", "merged elsewhere", "CANARY no more", "a dangling object"} {
				if !strings.Contains(all, stays) {
					t.Errorf("%q is gone", stays)
				}
			}
			gitstoretest.Fsck(t, dir)
			gitstoretest.Git(t, dir, "cat-file", "blob", dangling)
			gitstoretest.Git(t, dir, "show", "HEAD~1:mine.txt")
			if _, findings, err := s.Check(t.Context(), kept); err != nil || len(findings) > 0 {
				t.Error("the other commit:", findings, err)
			}
			if again, err := s.Expunge(t.Context(), []Hash{gone}); err != nil || again.Removed+again.Left != 0 {
				t.Errorf("done again: %+v, %v", again, err)
			}
		})
	}
}

// merging is a commit that only the file of a merge leads to, with the one file
// that git did not have to write.
func merging(t *testing.T, dir string) string {
	t.Helper()
	blob := gitstoretest.GitInput(t, dir, "merged elsewhere", "hash-object", "-w", "--stdin")
	tree := gitstoretest.GitInput(t, dir, "100644 blob "+blob+"\tmerged\n", "mktree")
	return gitstoretest.GitInput(t, dir, "being merged\n", "commit-tree", tree)
}

// unpackAll makes every object a file of its own.
func unpackAll(t *testing.T, dir string) {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(dir, ".git", "objects", "pack", "*.pack"))
	if err != nil || len(packs) == 0 {
		t.Fatal(packs, err)
	}
	for _, pack := range packs {
		data, err := os.ReadFile(pack)
		if err != nil {
			t.Fatal(err)
		}
		removePack(strings.TrimSuffix(pack, ".pack"))
		gitstoretest.GitInput(t, dir, string(data), "unpack-objects", "-q")
	}
}

// What leads to the commits is named, and then nothing of them goes.
func TestExpungeNamesHolders(t *testing.T) {
	dir, s, gone, _ := expungeBench(t)
	gitstoretest.Git(t, dir, "update-ref", "refs/tags/v2", gone.String())
	gitstoretest.Git(t, dir, "update-ref", "-m", "looked at", "--create-reflog", "refs/heads/look", gone.String())
	gitstoretest.Git(t, dir, "update-ref", "refs/heads/look", "HEAD")
	if err := s.UpdateRef(t.Context(), "refs/exprec/gone", Hash{}, gone); err != nil {
		t.Fatal(err)
	}
	done, err := s.Expunge(t.Context(), []Hash{gone})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(done.Holders, ", "); got != "the ref refs/tags/v2, the log logs/refs/heads/look" || done.Removed != 0 {
		t.Errorf("%+v", done)
	}
	gitstoretest.Git(t, dir, "tag", "-d", "v2")
	gitstoretest.Git(t, dir, "branch", "-D", "look")
	if done, err = s.Expunge(t.Context(), []Hash{gone}); err != nil || done.Left != 0 || done.Removed != 8 {
		t.Errorf("%+v, %v", done, err)
	}
	if strings.Contains(everything(t, dir), "CANARY-one") {
		t.Error("what was to go is still there")
	}
	gitstoretest.Fsck(t, dir)
}

// A pack that somebody keeps is not touched, and what is left in it is counted.
func TestExpungeLeavesKeptPacks(t *testing.T) {
	dir, s, gone, _ := expungeBench(t)
	packs, _ := filepath.Glob(filepath.Join(dir, ".git", "objects", "pack", "*.pack"))
	for _, pack := range packs {
		if err := os.WriteFile(strings.TrimSuffix(pack, ".pack")+".keep", nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.UpdateRef(t.Context(), "refs/exprec/gone", Hash{}, gone); err != nil {
		t.Fatal(err)
	}
	done, err := s.Expunge(t.Context(), []Hash{gone})
	if err != nil || done.Left != 8 || done.Removed != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	gitstoretest.Fsck(t, dir)
}

// It never works beside git gc, nor without git.
func TestExpungeWaitsForOthers(t *testing.T) {
	dir, s, gone, _ := expungeBench(t)
	if err := s.UpdateRef(t.Context(), "refs/exprec/gone", Hash{}, gone); err != nil {
		t.Fatal(err)
	}
	host, _ := os.Hostname()
	sleeper := exec.Command("sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	pid := filepath.Join(dir, ".git", "gc.pid")
	gitstoretest.Write(t, dir, ".git/gc.pid", strconv.Itoa(sleeper.Process.Pid)+" "+host)
	if _, err := s.Expunge(t.Context(), []Hash{gone}); !errors.Is(err, ErrBusy) {
		t.Error("beside git gc:", err)
	}
	sleeper.Process.Kill()
	sleeper.Wait()
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := s.Expunge(t.Context(), []Hash{gone}); !errors.Is(err, ErrNoGit) {
			t.Error("without git:", err)
		}
	})
	if done, err := s.Expunge(t.Context(), []Hash{gone}); err != nil || done.Left != 0 {
		t.Error("the gc.pid of a dead git:", done, err)
	}
	if err := os.Remove(pid); err != nil {
		t.Fatal(err)
	}
}
