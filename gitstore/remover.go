package gitstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// remover takes objects out of a store. Packs are written anew without them by
// git itself, which keeps its deltas, and only then removed.
type remover struct {
	ctx     context.Context
	store   *Store
	doomed  map[Hash]bool
	refs    map[Hash]bool // what refs pointed to as doomed was found
	commits []Hash
	shared  int
	saved   []Hash // the shared ones that only saved states of restores need
	packs   []doomedPack
}

// doomedPack is a pack that holds some of the objects.
type doomedPack struct {
	base  string
	keep  []Hash    // the others in it
	dated time.Time // git freshens a pack when it finds in it what it was about to write
}

// errMovedOn: while objects were being removed, somebody began to need them.
var errMovedOn = errors.New("somebody writes to the repository meanwhile; try again")

// survey finds out what is to go: what the commits lead to, as far as it is
// still there, and nothing else does. Git's own way to leave out what others
// lead to is a hint that saves work and not exact, so everything is listed.
// That may take long; what changes meanwhile is left to plan.
func (r *remover) survey(commits []Hash) error {
	r.doomed, r.refs = map[Hash]bool{}, map[Hash]bool{}
	u := usage{ctx: r.ctx, store: r.store, owner: map[Hash]int{}}
	for _, h := range commits {
		if err := u.commits(h); err != nil {
			return err
		}
	}
	for h := range u.owner {
		if r.store.Has(h) {
			r.doomed[h] = true
		}
	}
	r.commits, r.shared = u.chain, len(r.doomed)
	if err := r.readRefs(func(h Hash) { r.refs[h] = true }); err != nil {
		return err
	}
	if err := r.reached([]string{"--exclude=" + undoPrefix + "*", "--all", "--reflog", "--indexed-objects"}, r.spare); err != nil {
		return err
	}
	return r.reached([]string{"--glob=" + undoPrefix + "*"}, func(h Hash) {
		if r.doomed[h] {
			r.saved = append(r.saved, h)
			r.spare(h)
		}
	})
}

// plan looks for what came since the survey, and into the packs. It is called
// while no commit moves a ref. The packs are listed first: what a commit at work
// has in a pack of its own is not touched, and one that is done has its ref.
func (r *remover) plan() error {
	bases, err := r.ownPacks()
	if err != nil {
		return err
	}
	fresh := []string{"--indexed-objects"}
	for _, h := range r.store.pseudoRefs() {
		fresh = append(fresh, h.String())
	}
	err = r.readRefs(func(h Hash) {
		if !r.refs[h] {
			fresh = append(fresh, h.String())
		}
	})
	for part := range slices.Chunk(fresh, maxCommits) {
		if err == nil {
			err = r.reached(part, r.spare)
		}
	}
	for _, base := range bases {
		if err == nil {
			err = r.look(base)
		}
	}
	r.shared -= len(r.doomed)
	return err
}

// spare takes back what somebody else needs.
func (r *remover) spare(h Hash) { delete(r.doomed, h) }

func (r *remover) readRefs(found func(Hash)) error {
	return r.store.git(r.ctx, nil, func(line string) {
		if h, ok := parseHash(line); ok {
			found(h)
		}
	}, "for-each-ref", "--format=%(objectname)")
}

// reached lists what is led to, as far as it is there.
func (r *remover) reached(from []string, found func(Hash)) error {
	args := []string{"rev-list", "--objects", "--no-object-names", "--missing=allow-any"}
	return r.store.git(r.ctx, nil, func(line string) {
		if h, ok := parseHash(line); ok {
			found(h)
		}
	}, append(args, from...)...)
}

// ownPacks are the packs that may be written anew: not those that somebody
// keeps, or that are at work, or that stand for objects elsewhere.
func (r *remover) ownPacks() ([]string, error) {
	names, err := filepath.Glob(filepath.Join(r.store.packDir(), packPrefix+"*.idx"))
	if err != nil {
		return nil, err
	}
	var bases []string
	for _, name := range names {
		base := strings.TrimSuffix(name, ".idx")
		if !fileExists(base+keepEnd) && !fileExists(base+promisorEnd) {
			bases = append(bases, base)
		}
	}
	return bases, nil
}

// look tells the doomed objects of a pack from the others.
func (r *remover) look(base string) error {
	info, err := os.Stat(base + ".pack")
	if errors.Is(err, fs.ErrNotExist) { // of a removal that was interrupted
		return removeWholePack(base)
	}
	if err != nil {
		return err
	}
	index, err := openPackIndex(base)
	if err != nil {
		return err
	}
	defer index.close()
	p := doomedPack{base: base, dated: info.ModTime()}
	for i := range index.count {
		h, _, err := index.entry(i)
		if err != nil {
			return err
		}
		if !r.doomed[h] {
			p.keep = append(p.keep, h)
		}
	}
	if len(p.keep) < index.count {
		r.packs = append(r.packs, p)
	}
	return nil
}
