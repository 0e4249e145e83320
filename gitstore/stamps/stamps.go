// Package stamps tells cheaply that files and folders are as they were when
// they were read. Who reads something again and again keeps what it gave, and
// reads anew only where the stamps do not hold.
package stamps

import (
	"io/fs"
	"os"
	"time"
)

const (
	// fine and coarse are more than two changes may be apart that leave the
	// same time on a file. Kernels count time in steps of up to 10 ms; file
	// systems of old keep whole seconds, or even ones.
	fine, coarse = 100 * time.Millisecond, 2100 * time.Millisecond
	// trusted is how long stamps are believed. Somebody might write into a
	// file and set its time back.
	trusted = 10 * time.Second
)

// Set is the stamps of some files and folders. It is for one goroutine until
// it is complete, and not changed from then on.
type Set struct {
	infos map[string]fs.FileInfo // nil where there is nothing
	since time.Time              // the stamps are known to be these since then
	read  time.Time              // when all was read
}

// New is a set without stamps, for what is read from now on.
func New() *Set {
	now := time.Now()
	return &Set{infos: map[string]fs.FileInfo{}, since: now, read: now}
}

// Add takes the stamp of a file or folder. Call it before it is read: a change
// meanwhile is then seen the next time.
func (s *Set) Add(path string) { s.infos[path] = look(path) }

// Len is the number of stamps.
func (s *Set) Len() int { return len(s.infos) }

// Forget takes stamps out again.
func (s *Set) Forget(what func(path string, info fs.FileInfo) bool) {
	for path, info := range s.infos {
		if what(path, info) {
			delete(s.infos, path)
		}
	}
}

// After tells a complete set of the one before it, which may be nil: stamps
// that are the same have been so for longer.
func (s *Set) After(before *Set) {
	if before == nil || len(before.infos) != len(s.infos) {
		return
	}
	for path, info := range s.infos {
		if known, ok := before.infos[path]; !ok || !same(known, info) {
			return
		}
	}
	s.since = before.since
}

// Hold reports whether nothing has changed since the stamps were taken. Times
// of files are coarse, and a change within the same tick leaves none: so the
// last reading must have begun when the stamps had been the same for longer
// than a tick, by the clock of this process alone. The nil set never holds.
func (s *Set) Hold() bool {
	if s == nil || s.read.Sub(s.since) < s.tick() || time.Since(s.read) > trusted {
		return false
	}
	for path, known := range s.infos {
		if !same(known, look(path)) {
			return false
		}
	}
	return true
}

// tick is more than two changes may be apart that leave the same times.
func (s *Set) tick() time.Duration {
	for _, info := range s.infos {
		if info != nil && info.ModTime().Nanosecond() == 0 {
			return coarse
		}
	}
	return fine
}

func look(path string) fs.FileInfo {
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	return info
}

func same(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode() && os.SameFile(a, b)
}
