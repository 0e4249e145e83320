package gitstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockPatience is how long somebody else's lock is waited for. Tries are at
// random times up to lockPause apart, so that nobody among many starves.
const (
	lockPatience = 2 * time.Second
	lockPause    = 20 * time.Millisecond
)

// maxMarkName is the length of the longest name of a mark, in bytes.
const maxMarkName = 240

// lockfile is the lock by which git guards a file: FILE.lock, made so that only
// one can make it, filled and renamed over FILE.
//
// git cannot tell a lock in use from one that a killed process left. This one
// can: it has a second name, the mark, in a folder of this package's own, and
// the kernel holds a lock on the file itself for as long as its process lives.
type lockfile struct {
	file string
	f    *os.File
	mark string // "" where the file system has no second names
}

func (s *Store) markDir() string { return filepath.Join(s.dir, "exprec", "locks") }

// lock makes the lock of a file. The error is ErrLocked where somebody keeps
// it for longer than lockPatience.
func (s *Store) lock(ctx context.Context, file string) (*lockfile, error) {
	f, mark := s.makeMark(file)
	for start := time.Now(); time.Since(start) < lockPatience; {
		l, err := takeLock(file, f, mark)
		if err == nil {
			return l, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			// git removes folders of refs that became empty, and a mark that was
			// not yet held when another process looked is gone.
			err = s.makeRefDir(filepath.Dir(file))
			dropMark(f, mark)
			f, mark = s.makeMark(file)
		}
		if errors.Is(err, fs.ErrExist) && !s.breakOwnLock(file) {
			err = wait(ctx, mathrand.N(lockPause))
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			dropMark(f, mark)
			return nil, fmt.Errorf("lock %q: %w", file, err)
		}
	}
	dropMark(f, mark)
	return nil, lockedError(file + ".lock")
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// makeMark makes the file that becomes the lock, held for this process. Where
// that cannot be, the lock is made as git makes it.
func (s *Store) makeMark(file string) (*os.File, string) {
	rel, err := filepath.Rel(s.dir, file)
	if err != nil {
		return nil, ""
	}
	name := rand.Text() + "-" + url.PathEscape(filepath.ToSlash(rel))
	if len(name) > maxMarkName || s.makeOwnDir(s.markDir()) != nil {
		return nil, ""
	}
	mark := filepath.Join(s.markDir(), name)
	f, err := os.OpenFile(mark, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, ""
	}
	if held, err := lockFile(f); err != nil || !held {
		dropMark(f, mark)
		return nil, ""
	}
	return f, mark
}

func dropMark(f *os.File, mark string) {
	if f != nil {
		f.Close()
		os.Remove(mark)
	}
}

// takeLock gives the mark the name of the lock.
func takeLock(file string, f *os.File, mark string) (*lockfile, error) {
	if f != nil {
		err := os.Link(mark, file+".lock")
		if err == nil {
			return &lockfile{file: file, f: f, mark: mark}, nil
		}
		if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	plain, err := os.OpenFile(file+".lock", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	dropMark(f, mark)
	return &lockfile{file: file, f: plain}, nil
}

// replace writes the new content of the file, durably.
func (l *lockfile) replace(content []byte, mode os.FileMode) error {
	_, err := l.f.Write(content)
	if err = errors.Join(err, l.f.Chmod(mode), l.f.Sync()); err != nil {
		return err
	}
	if err := os.Rename(l.file+".lock", l.file); err != nil {
		return err
	}
	l.forget()
	return syncDir(filepath.Dir(l.file))
}

// forget gives up what a lock holds besides its name.
func (l *lockfile) forget() {
	if l.mark != "" {
		os.Remove(l.mark)
	}
	l.f.Close()
	l.f = nil
}

// release removes a lock that has not replaced its file. Where it cannot be
// removed its mark stays, so that a later commit can.
func (l *lockfile) release() {
	if l.f == nil {
		return
	}
	if err := os.Remove(l.file + ".lock"); err != nil {
		l.mark = ""
	}
	l.forget()
}

// lockedError names the lock, its age and the cure.
func lockedError(name string) error {
	age := "unknown age"
	if info, err := os.Stat(name); err == nil {
		age = "made " + time.Since(info.ModTime()).Round(time.Second).String() + " ago"
	}
	return fmt.Errorf("%w: %q (%s); if no git command is running, remove it with: rm %q", ErrLocked, name, age, name)
}

// breakOwnLock removes the lock of a file where it is one that a killed process
// of this package left, and reports whether it did. A lock of git's has no mark.
func (s *Store) breakOwnLock(file string) bool {
	rel, err := filepath.Rel(s.dir, file)
	if err != nil {
		return false
	}
	end := "-" + url.PathEscape(filepath.ToSlash(rel))
	entries, err := os.ReadDir(s.markDir())
	if err != nil {
		return false
	}
	broken := false
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), end) {
			broken = s.sweepMark(e.Name(), 0) || broken
		}
	}
	return broken
}

// sweepMark removes a mark whose process is dead, and the lock that it was. It
// reports whether it removed a lock. minAge keeps it from marks that have been
// made but not yet been locked.
func (s *Store) sweepMark(name string, minAge time.Duration) bool {
	mark := filepath.Join(s.markDir(), name)
	_, escaped, ok := strings.Cut(name, "-")
	rel, err := url.PathUnescape(escaped)
	if !ok || err != nil || rel != packedRefsFile && checkRefName(rel) != nil {
		return false
	}
	f, err := os.Open(mark)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !abandoned(f, info, minAge) {
		return false
	}
	lock := filepath.Join(s.dir, filepath.FromSlash(rel)+".lock")
	other, err := os.Lstat(lock)
	ours := err == nil && os.SameFile(info, other)
	if ours && os.Remove(lock) != nil {
		return false
	}
	os.Remove(mark)
	return ours
}

// abandoned reports whether the process that made a file and locked it is dead.
// Where the file system knows no locks only a high age says so.
func abandoned(f *os.File, info fs.FileInfo, minAge time.Duration) bool {
	age := time.Since(info.ModTime())
	if age < minAge {
		return false
	}
	held, err := lockFile(f)
	return held || err != nil && age > leftoverAge
}
