package gitstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Usage tells how many bytes of disk the objects take that each of the commits
// leads to, and neither HEAD's files nor a commit before it in the list. It
// asks git; without git the error is ErrNoGit. What cannot be read counts as
// nothing.
func (s *Store) Usage(ctx context.Context, commits []Hash) ([]int64, error) {
	u := usage{ctx: ctx, store: s, owner: map[Hash]int{}, now: -1}
	if head := readHeadTree(s, s.repo); !head.root.IsZero() {
		u.tree(head.root, 0)
	}
	for i, h := range commits {
		u.now = i
		if err := u.commits(h); err != nil {
			return nil, err
		}
	}
	var names strings.Builder
	for h, owner := range u.owner {
		if owner >= 0 {
			fmt.Fprintf(&names, "%s\n", h)
		}
	}
	bytes := make([]int64, len(commits))
	err := s.git(ctx, strings.NewReader(names.String()), func(line string) {
		name, digits, _ := strings.Cut(line, " ")
		h, ok := parseHash(name)
		n, err := strconv.ParseInt(digits, 10, 64)
		if ok && err == nil {
			bytes[u.owner[h]] += n
		}
	}, "cat-file", "--batch-check=%(objectname) %(objectsize:disk)", "--buffer")
	return bytes, err
}

// usage gives each object to the first who leads to it.
type usage struct {
	ctx   context.Context
	store *Store
	owner map[Hash]int // -1: HEAD
	now   int
	chain []Hash // the commits that were met
}

// take reports whether an object has no owner yet, and gives it one.
func (u *usage) take(h Hash) bool {
	if _, taken := u.owner[h]; taken {
		return false
	}
	u.owner[h] = u.now
	return true
}

func (u *usage) commits(h Hash) error {
	for todo := []Hash{h}; len(todo) > 0; {
		if err := u.ctx.Err(); err != nil {
			return err
		}
		at := todo[0]
		todo = todo[1:]
		if !u.take(at) {
			continue
		}
		if info, err := u.store.ReadCommit(at); err == nil {
			u.chain = append(u.chain, at)
			u.tree(info.Tree, 0)
			todo = append(todo, info.Parents...)
		}
	}
	return nil
}

func (u *usage) tree(h Hash, depth int) {
	if !u.take(h) || depth > maxCheckDepth || u.ctx.Err() != nil {
		return
	}
	entries, err := u.store.ReadTree(h)
	if err != nil {
		return
	}
	for _, e := range entries {
		switch e.Mode {
		case filemode.Submodule:
		case filemode.Dir:
			u.tree(e.Hash, depth+1)
		default:
			u.take(e.Hash)
		}
	}
}
