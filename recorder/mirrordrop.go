package recorder

import (
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
)

// droppedPrefix begins the name of a folder that is being removed.
const droppedPrefix = ".dropped-"

// dropMirror removes the folder of a sealed run, which comes back from git when
// it is wanted. A folder that holds anything that would not come back stays,
// and the error says so.
func (p *Project) dropMirror(r *Run, folder string) error {
	lock, ok, err := journal.TryLockExclusive(filepath.Join(folder, lockName))
	switch {
	case errors.Is(err, journal.ErrSealed), errors.Is(err, journal.ErrNoLocks):
	case err != nil:
		return err
	case !ok:
		return ErrUnfinished
	}
	defer lock.Unlock()
	if err := r.comesBack(folder); err != nil {
		return err
	}
	return p.removeMirror(r.uuid, folder)
}

// removeMirror removes a folder and its links; killed in between it leaves
// nothing that is taken for a run's folder.
func (p *Project) removeMirror(uuid, folder string) error {
	origin, _ := os.ReadFile(filepath.Join(folder, originName))
	away, err := os.MkdirTemp(filepath.Dir(folder), droppedPrefix)
	if err != nil {
		return err
	}
	if err := os.Rename(folder, filepath.Join(away, uuid)); err != nil {
		return errors.Join(err, os.Remove(away))
	}
	return errors.Join(os.RemoveAll(away), removeLink(string(origin), uuid), removeLink(p.top, uuid))
}

// comesBack reports whether git would give everything back that a folder holds.
func (r *Run) comesBack(folder string) error {
	large := map[string]bool{}
	for _, f := range r.started.Large {
		large["files/"+f.Path] = true
	}
	return filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		path := filepath.ToSlash(rel)
		if path == lockName || path == originName {
			return nil
		}
		same := d.Type().IsRegular()
		if same {
			same, err = r.gives(path, file, large[path])
		}
		if err == nil && !same {
			err = fmt.Errorf("%w: %.200q", errOwnFiles, path)
		}
		return err
	})
}

// gives reports whether the run's record gives the bytes of a file back. A
// large file that was pruned counts as given up.
func (r *Run) gives(path, file string, large bool) (bool, error) {
	entry, err := r.store.Lookup(r.tree, path)
	if errors.Is(err, gitstore.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return false, err
	}
	if large && info.Size() > maxPointer {
		return r.givesLarge(path, file, info)
	}
	sum := sha1.New()
	fmt.Fprintf(sum, "blob %d\x00", info.Size())
	digest, err := digestFile(file, sum)
	switch {
	case err != nil:
		return false, err
	case gitstore.Hash(digest) == entry.Hash:
		return r.readable(entry.Hash), nil
	case large:
		return r.givesLarge(path, file, info)
	}
	return false, nil
}

// readable reports whether an object is whole: a damaged one is no reason to
// remove what may be the last good copy.
func (r *Run) readable(blob gitstore.Hash) bool {
	content, _, err := r.store.OpenBlob(blob)
	if err != nil {
		return false
	}
	defer content.Close()
	_, err = io.Copy(io.Discard, content)
	return err == nil
}

// givesLarge is gives for content that stands behind a pointer.
func (r *Run) givesLarge(path, file string, info fs.FileInfo) (bool, error) {
	pointer, err := r.pointer(path)
	if err != nil {
		return false, err
	}
	if content, err := os.Stat(r.store.LFS().Path(pointer)); err == nil && os.SameFile(info, content) {
		return true, nil
	}
	if _, pruned := r.store.LFS().PrunedAt(pointer); !pruned {
		stored, err := digestFile(r.store.LFS().Path(pointer), sha256.New())
		if err != nil || [sha256.Size]byte(stored) != pointer.OID {
			return false, nil // this is the last good copy
		}
	}
	digest, err := digestFile(file, sha256.New())
	return err == nil && [sha256.Size]byte(digest) == pointer.OID, err
}

func digestFile(file string, sum hash.Hash) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_, err = io.Copy(sum, f)
	return sum.Sum(nil), err
}

// mirrorBytes is what removing a folder gives back: what is linked from the LFS
// store does not count.
func (r *Run) mirrorBytes(folder string) int64 {
	var bytes int64
	linked := map[string]int64{}
	for _, f := range r.started.Large {
		linked["files/"+f.Path] = f.Size
	}
	_ = filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		rel, _ := filepath.Rel(folder, file)
		if linked[filepath.ToSlash(rel)] != info.Size() || info.Size() == 0 {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// leftovers are the folders below a home's runs that were being made or removed
// by a process that was killed.
func leftovers(home string) []string {
	entries, _ := os.ReadDir(filepath.Join(home, "runs"))
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), makingPrefix) || strings.HasPrefix(e.Name(), droppedPrefix) {
			found = append(found, filepath.Join(home, "runs", e.Name()))
		}
	}
	return found
}
