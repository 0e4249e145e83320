package gitstore

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Content is large content that the store keeps.
type Content struct {
	Pointer
	Modified time.Time // when it was stored
}

// Contents lists what is kept, in no order. Content that only git-lfs itself
// has is not there.
func (l *LFS) Contents() ([]Content, error) {
	var found []Content
	err := filepath.WalkDir(l.dir, func(file string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		var c Content
		info, err := d.Info()
		if n, hexErr := hex.Decode(c.OID[:], []byte(d.Name())); err == nil && hexErr == nil && n == len(c.OID) {
			c.Size, c.Modified = info.Size(), info.ModTime()
			found = append(found, c)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return found, err
}

// Drop removes contents, and says how many files of how many bytes that were.
// needed is asked which must stay, while no commit can begin to need one that
// it does not know of. With a time the contents are remembered as pruned, so that
// they are not taken for damage; without one they are gone for good.
func (l *LFS) Drop(ctx context.Context, contents []Pointer, pruned time.Time, needed func() (map[Pointer]bool, error)) (files int, bytes int64, err error) {
	held, err := l.store.ownSpace(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer held.release()
	keep, err := needed()
	if err != nil {
		return 0, 0, err
	}
	for _, p := range contents {
		if err := ctx.Err(); err != nil {
			return files, bytes, err
		}
		info, err := os.Lstat(l.Path(p))
		if err != nil || keep[p] {
			continue
		}
		if !pruned.IsZero() {
			if err := l.remember(p, pruned); err != nil {
				return files, bytes, fmt.Errorf("remember what is pruned: %w", err)
			}
		}
		if err := os.Remove(l.Path(p)); err != nil {
			return files, bytes, fmt.Errorf("remove large content: %w", err)
		}
		files++
		bytes += info.Size()
	}
	return files, bytes, nil
}

// prunedFile lists the contents that were pruned, a line each: SHA-256, size
// in bytes, time.
func (l *LFS) prunedFile() string { return filepath.Join(filepath.Dir(l.dir), "pruned") }

// remember adds a line, durably: it must be there before the content is gone.
func (l *LFS) remember(p Pointer, when time.Time) error {
	if err := l.store.makeOwnDir(filepath.Dir(l.prunedFile())); err != nil {
		return err
	}
	f, err := os.OpenFile(l.prunedFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, l.store.fileMode(0o600))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%x %d %s\n", p.OID, p.Size, when.UTC().Format(time.RFC3339))
	return errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(l.prunedFile())))
}

// PrunedAt tells when the content of a pointer was pruned; ok is false where
// it never was, or came back.
func (l *LFS) PrunedAt(p Pointer) (when time.Time, ok bool) {
	f, err := l.Open(p)
	if err == nil {
		err = f.Close()
	}
	return prunedTime(err)
}

// prunedTime is when the content was pruned that an error speaks of.
func prunedTime(err error) (time.Time, bool) {
	var pruned *prunedError
	if !errors.As(err, &pruned) {
		return time.Time{}, false
	}
	return pruned.when, true
}

// prunedError is ErrPruned with the time.
type prunedError struct{ when time.Time }

func (e *prunedError) Error() string {
	return fmt.Sprintf("%v on %s", ErrPruned, e.when.Format(time.DateOnly))
}

func (e *prunedError) Unwrap() error { return ErrPruned }

// whyMissing is the error of content that is not here.
func (l *LFS) whyMissing(p Pointer) error {
	missing := fmt.Errorf("the content of a large file (sha256 %x, %d bytes) is not on this machine, fetch it: %w", p.OID, p.Size, ErrMissing)
	f, err := os.Open(l.prunedFile())
	if err != nil {
		return missing
	}
	defer f.Close()
	prefix := hex.EncodeToString(p.OID[:]) + " "
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if words, ok := strings.CutPrefix(lines.Text(), prefix); ok {
			_, date, _ := strings.Cut(words, " ")
			when, _ := time.Parse(time.RFC3339, date)
			missing = &prunedError{when}
		}
	}
	return missing
}

// checkPut makes sure that content which was stored is still there when a
// commit is about to need it: as long as no ref speaks of it, it may be removed
// as if nobody needed it.
func (l *LFS) checkPut(pointers []Pointer) error {
	for _, p := range pointers {
		if !l.Has(p) {
			return fmt.Errorf("large content was removed before a run could speak of it: %w", errGone)
		}
	}
	return nil
}
