package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Expunged says what became of the objects of commits that are not wanted any
// more.
type Expunged struct {
	Removed int      // objects that were removed
	Shared  int      // objects that others need too, and that stay
	Saved   []Hash   // of those, what only saved states of restores need
	Left    int      // objects that should be gone and are not
	Holders []string // what still leads to the commits or keeps objects, a few words each
}

// maxCommits bounds how many commits are handed to one git command.
const maxCommits = 200

// Expunge removes every object that only the given commits lead to: no ref, no
// log of a ref, no index, no work tree. The names may be of other objects too,
// such as those that were Saved at the last time. All other objects stay, also those
// that nothing leads to. It needs git, and never works beside the user's own
// git gc: the errors are ErrNoGit, ErrBusy, ErrNoLocks, ErrLocked. Killed at
// any moment it leaves a repository in which nothing is missing that anything
// leads to; done again it ends the work.
func (s *Store) Expunge(ctx context.Context, commits []Hash) (*Expunged, error) {
	commits = slices.DeleteFunc(slices.Clone(commits), func(h Hash) bool { return !s.Has(h) })
	done := &Expunged{}
	if len(commits) == 0 {
		return done, nil
	}
	if s.collecting() {
		return done, fmt.Errorf("%w: %s", ErrBusy, filepath.Join(s.dir, "gc.pid"))
	}
	if err := s.findHolders(ctx, commits, done); err != nil {
		return done, err
	}
	r := &remover{ctx: ctx, store: s}
	if err := r.survey(commits); err != nil {
		return done, err
	}
	held, err := s.ownSpace(ctx)
	if err != nil {
		return done, err
	}
	defer held.release()
	if err := r.plan(); err != nil {
		return done, err
	}
	done.Shared = r.shared
	done.Saved = r.saved
	if len(r.saved) > 0 {
		done.Holders = append(done.Holders, "what a restore saved ("+undoPrefix+"*)")
	}
	err = r.remove()
	s.database().close() // it knows packs that are gone
	if err != nil {
		return done, fmt.Errorf("remove objects: %w", err)
	}
	return done, s.verifyGone(ctx, r.doomed, done)
}

// findHolders looks for refs and logs of refs that lead to the commits.
func (s *Store) findHolders(ctx context.Context, commits []Hash, done *Expunged) error {
	seen := map[string]bool{}
	for _, h := range commits {
		if _, err := s.ReadCommit(h); err != nil {
			continue
		}
		err := s.git(ctx, nil, func(ref string) {
			if !seen[ref] {
				seen[ref] = true
				done.Holders = append(done.Holders, "the ref "+ref)
			}
		}, "for-each-ref", "--format=%(refname)", "--contains", h.String())
		if err != nil {
			return err
		}
	}
	for _, dir := range []string{"logs", "worktrees"} {
		done.Holders = append(done.Holders, s.logsWith(filepath.Join(s.dir, dir), commits)...)
	}
	return nil
}

// maxLog bounds how much of a log of a ref is read, in bytes.
const maxLog = 64 << 20

// logsWith names the logs of refs that speak of commits.
func (s *Store) logsWith(root string, commits []Hash) []string {
	var found []string
	_ = filepath.WalkDir(root, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(filepath.ToSlash(file), "/logs/") {
			return nil
		}
		text, err := readBounded(file, maxLog)
		if err != nil {
			return nil
		}
		for _, h := range commits {
			if strings.Contains(string(text), h.String()) {
				rel, _ := filepath.Rel(s.dir, file)
				found = append(found, "the log "+filepath.ToSlash(rel))
				break
			}
		}
		return nil
	})
	return found
}

// RemoveLog removes the log of a ref, where git has kept one.
func (s *Store) RemoveLog(ref string) error {
	if err := checkRefName(ref); err != nil {
		return err
	}
	err := os.Remove(filepath.Join(s.dir, "logs", filepath.FromSlash(ref)))
	if errors.Is(err, os.ErrNotExist) || isNotDir(err) {
		return nil
	}
	return err
}

// verifyGone asks git whether the objects are gone, and counts.
func (s *Store) verifyGone(ctx context.Context, doomed map[Hash]bool, done *Expunged) error {
	var names strings.Builder
	for h := range doomed {
		names.WriteString(h.String() + "\n")
	}
	err := s.git(ctx, strings.NewReader(names.String()), func(line string) {
		if !strings.HasSuffix(line, " missing") {
			done.Left++
		}
	}, "cat-file", "--batch-check")
	done.Removed = len(doomed) - done.Left
	return err
}
