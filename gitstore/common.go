package gitstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of what a remote is told to be here, tips of one kind each.
const (
	maxHaves   = 256
	maxGuesses = 16
)

// common is what both sides have. Of the user's commits only those count that
// refs of the store's repository stand for: all others could be pruned.
type common struct {
	heads   []Hash // of branches of the remote
	guesses []Hash // that the remote had when it was last asked, or may have
	runs    []Hash // other tips of the remote that are here
	main    Ref    // the remote's branch that the user works on, or its first one
	met     bool   // main is here
	roots   []Hash // commits without parents, see Derived
}

// common compares what the remote has with what is here.
func (w *wire) common(l *Listing) (*common, error) {
	kept, err := w.remote.store.Refs("refs/")
	if err != nil {
		return nil, err
	}
	local := map[Hash]bool{}
	for _, ref := range kept {
		local[ref.Hash] = !ref.Hash.IsZero()
	}
	c := &common{main: w.mainBranch(l.heads)}
	for _, ref := range l.heads {
		if local[ref.Hash] && len(c.heads) < maxHaves {
			c.heads = append(c.heads, ref.Hash)
		}
	}
	for _, ref := range l.Refs {
		if local[ref.Hash] && len(c.runs) < maxHaves {
			c.runs = append(c.runs, ref.Hash)
		}
	}
	c.met = local[c.main.Hash]
	c.guesses = w.guesses(kept, c.main.Name)
	return c, nil
}

// mainBranch is the branch of the remote that is most like what is worked on
// here.
func (w *wire) mainBranch(heads []Ref) Ref {
	names := []string{"refs/heads/main", "refs/heads/master"}
	if repo := w.remote.store.repo; repo != nil {
		if head, err := repo.Head(); err == nil && head.Branch != "" {
			upstream, _ := repo.Config.Get("branch." + head.Branch + ".merge")
			names = append([]string{upstream, "refs/heads/" + head.Branch}, names...)
		}
	}
	for _, name := range names {
		if i := slices.IndexFunc(heads, func(r Ref) bool { return r.Name == name }); i >= 0 {
			return heads[i]
		}
	}
	if len(heads) > 0 {
		return heads[0]
	}
	return Ref{}
}

// guesses are commits that the remote may have: its branches as they were when
// the user last fetched them, what is checked out, and other branches. A clone
// that is behind, or has fetched one commit only, has no tip of the remote.
func (w *wire) guesses(kept []Ref, main string) []Hash {
	var guesses []Hash
	add := func(h Hash) {
		if !h.IsZero() && len(guesses) < maxGuesses && !slices.Contains(guesses, h) {
			guesses = append(guesses, h)
		}
	}
	tracking := "refs/remotes/" + w.remote.Name + "/"
	for _, prefix := range []string{tracking + strings.TrimPrefix(main, "refs/heads/"), tracking, "HEAD", "refs/remotes/", "refs/heads/"} {
		if repo := w.remote.store.repo; prefix == "HEAD" && repo != nil {
			if head, err := repo.Head(); err == nil {
				add(head.Commit)
			}
		}
		for _, ref := range kept {
			if strings.HasPrefix(ref.Name, prefix) {
				add(ref.Hash)
			}
		}
	}
	return guesses
}

// borrow tells git what both sides have. A commit of the user's makes the wire
// shallow. The remote is told of all tips, so that it does not send what they
// hold; it passes over those that it does not have.
func (w *wire) borrow(c *common) error {
	var packed strings.Builder
	packed.WriteString(packedHead)
	told := map[Hash]bool{}
	for _, h := range slices.Concat(c.heads, c.guesses, c.runs) {
		if !told[h] {
			fmt.Fprintf(&packed, "%s refs/have/%06d\n", h, len(told))
			told[h] = true
		}
	}
	if err := w.cut(c); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, "packed-refs"), []byte(packed.String()), 0o600)
}

// cut makes the wire shallow, at a commit that the remote has. Where the user's
// clone ends, the wire does too.
func (w *wire) cut(c *common) error {
	at := c.guesses
	if len(c.heads) > 0 {
		at = c.heads[:1]
	} else if len(c.roots) > 0 {
		at = append(slices.Clone(at), c.roots[0])
	}
	var text strings.Builder
	for _, h := range at {
		fmt.Fprintln(&text, h)
	}
	if ends, err := readBounded(filepath.Join(w.remote.store.dir, "shallow"), maxConfigFile); err == nil {
		text.Write(ends)
	}
	if text.Len() == 0 {
		return nil
	}
	return os.WriteFile(filepath.Join(w.dir, "shallow"), []byte(text.String()), 0o600)
}

// find makes a push know what both sides have. git looks for it among the tips
// of the remote alone: where none of the branch that is worked on is here, and
// no run, its commit and its trees are fetched. They are a few kilobytes; the
// whole source would go to the remote again without them.
func (w *wire) find(ctx context.Context, l *Listing, roots []Hash) error {
	c, err := w.common(l)
	if err != nil {
		return err
	}
	c.roots = roots
	if c.met || c.main.Hash.IsZero() || len(c.runs) > 0 || len(c.guesses) == 0 {
		return w.cut(c)
	}
	if err := w.borrow(c); err != nil {
		return err
	}
	w.push = false
	_, err = w.git(ctx, append(fetchArgs(), "--depth=1", "--filter=blob:none", c.main.Hash.String())...)
	w.push = true
	if ctx.Err() != nil {
		return err
	}
	// git has noted that blobs are missing, which is no concern of the push. What
	// this remote cannot do only makes the push larger.
	return os.WriteFile(filepath.Join(w.dir, "config"), []byte(wireConfig), 0o600)
}
