package gitstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Fetched holds objects of a remote that were checked and are in the store now,
// but that no ref of it reaches yet. Release it when the refs are there.
type Fetched struct {
	store *Store
	bases []string // packs, each with a guard beside it
	locks []*os.File
}

// Fetch brings the objects of some refs of a remote into the store. They are
// received in a scratch repository and checked there by git, as fsck would; the
// store has them when they are whole.
func (r *Remote) Fetch(ctx context.Context, o WireOptions, l *Listing, refs []Ref) (*Fetched, error) {
	w, err := r.wire(o, false)
	if err != nil {
		return nil, err
	}
	defer w.close()
	var filter []string
	if r.store.partial() {
		filter = append(filter, filterNothing)
	}
	if err := w.bring(ctx, l, refs, filter...); err != nil {
		return nil, err
	}
	return w.take()
}

// bring gets what is not here of commits into the wire.
func (w *wire) bring(ctx context.Context, l *Listing, refs []Ref, filter ...string) error {
	c, err := w.common(l)
	if err != nil {
		return err
	}
	if err := w.borrow(c); err != nil {
		return err
	}
	if err := w.configure(wantSpecs(refs)); err != nil {
		return err
	}
	args := append(fetchArgs(), filter...)
	if _, err = w.git(ctx, args...); err != nil && strings.Contains(err.Error(), "does not support shallow") {
		if err = os.Remove(filepath.Join(w.dir, "shallow")); err == nil { // it sends more then
			_, err = w.git(ctx, args...)
		}
	}
	return err
}

// fetchArgs are what every fetch is told. A large content is looked at in parts,
// as long as it is no delta.
func fetchArgs() []string {
	return []string{"-c", "core.bigFileThreshold=32m", "fetch", "--no-write-fetch-head", "--no-auto-maintenance", "--no-tags", "--recurse-submodules=no", "--no-prune", "--progress", wireRemote}
}

// wantSpecs are the commits that are wanted, as git's configuration has them: by
// their hashes, so that git does not look for every name among all others, and
// what comes is what was listed.
func wantSpecs(refs []Ref) []byte {
	var specs bytes.Buffer
	fmt.Fprintf(&specs, "[remote %q]\n", wireRemote)
	for _, ref := range refs {
		fmt.Fprintf(&specs, "\tfetch = %s\n", ref.Hash)
	}
	return specs.Bytes()
}

// take moves the packs of the wire into the store, guarded: git gc leaves them
// alone although no ref reaches them yet.
func (w *wire) take() (*Fetched, error) { return w.takeInto(w.remote.store) }

func (w *wire) takeInto(store *Store) (*Fetched, error) {
	f := &Fetched{store: store}
	packs := filepath.Join(w.dir, "objects", "pack")
	for _, name := range namesIn(packs) {
		id, ok := strings.CutSuffix(name, ".pack")
		if !ok {
			continue
		}
		if err := f.takePack(filepath.Join(packs, id)); err != nil {
			f.Discard()
			return nil, err
		}
	}
	if len(f.bases) > 0 {
		if err := syncDir(f.store.packDir()); err != nil {
			f.Discard()
			return nil, err
		}
	}
	return f, nil
}

// takePack moves one pack. Its name is drawn: nobody else can have it.
func (f *Fetched) takePack(from string) (err error) {
	var id [hashSize]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	base := filepath.Join(f.store.packDir(), packPrefix+hex.EncodeToString(id[:]))
	keep, err := os.OpenFile(base+keepEnd, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	f.bases, f.locks = append(f.bases, base), append(f.locks, keep)
	lockFile(keep)
	if _, err := keep.Write(keepText(Hash{}, "refs/exprec/")); err != nil {
		return err
	}
	mode := f.store.fileMode(0o444)
	ends := []string{".pack", ".idx"} // the index last: without it a pack is invisible
	if f.store.lacksTrees() && fileExists(from+promisorEnd) {
		ends = []string{promisorEnd, ".pack", ".idx"}
	}
	for _, end := range ends {
		err := errors.Join(os.Chmod(from+end, mode), syncFile(from+end), os.Rename(from+end, base+end))
		if err != nil {
			return fmt.Errorf("move what was fetched: %w", err)
		}
	}
	f.store.database().adopt(base)
	return nil
}

// Release lets go of the objects: refs reach those that are wanted.
func (f *Fetched) Release() error {
	var errs []error
	for i, base := range f.bases {
		errs = append(errs, os.Remove(base+keepEnd), f.locks[i].Close())
	}
	f.bases, f.locks = nil, nil
	return errors.Join(errs...)
}

// Discard takes the objects back.
func (f *Fetched) Discard() {
	for i, base := range f.bases {
		removePack(base)
		f.locks[i].Close()
	}
	f.bases, f.locks = nil, nil
}
