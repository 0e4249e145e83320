package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Ages from which a file may be what a killed process left. Where a lock tells
// that the process is dead, the age only has to bridge the moment between
// making a file and locking it; elsewhere no commit takes that long.
const (
	settleAge   = time.Minute
	leftoverAge = 24 * time.Hour
)

// Names of what is being written to objects/pack. git removes files that begin
// with tmp_, and takes every *.idx for the index of a pack.
const (
	newPackPrefix = "exprec-"
	newPackEnd    = ".new"
	newIndexEnd   = ".idx.new"
	packPrefix    = "pack-"
	keepEnd       = ".keep"
)

// keepMark begins the .keep file of a commit at work.
const keepMark = "exprec is writing "

// maxKeep is how much is read of a .keep file, in bytes.
const maxKeep = 4096

func keepText(h Hash, ref string) []byte { return fmt.Appendf(nil, "%s%s %s\n", keepMark, h, ref) }

// parseKeep tells whether a .keep file is of this package, and of which commit.
func parseKeep(text []byte) (h Hash, ref string, ours bool) {
	rest, ours := bytes.CutPrefix(text, []byte(keepMark))
	digits, ref, _ := strings.Cut(strings.TrimSuffix(string(rest), "\n"), " ")
	h, valid := parseHash(digits)
	return h, ref, ours && valid
}

// isOurKeep reports whether a commit is at work on a pack, or was killed there.
func isOurKeep(base string) bool {
	text, err := readBounded(base+keepEnd, maxKeep)
	return err == nil && bytes.HasPrefix(text, []byte(keepMark))
}

// sweep removes what killed commits left behind. What cannot be removed is left
// for the next one: it does no harm.
func (s *Store) sweep() {
	done := map[string]bool{}
	for _, name := range namesIn(s.packDir()) {
		id, ok := leftoverID(name)
		if !ok || done[id] {
			continue
		}
		done[id] = true
		s.sweepPack(id)
	}
	for _, name := range namesIn(s.markDir()) {
		s.sweepMark(name, settleAge)
	}
	s.lfs.sweep()
}

// namesIn are the names in a folder, in no order; none where it cannot be read.
func namesIn(dir string) []string {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	return names
}

// leftoverID is the part of a name that all files of one commit share.
func leftoverID(name string) (string, bool) {
	if id, ok := strings.CutPrefix(name, newPackPrefix); ok {
		if id, ok := strings.CutSuffix(id, newIndexEnd); ok {
			return id, true
		}
		return strings.CutSuffix(id, newPackEnd)
	}
	id, ok := strings.CutPrefix(name, packPrefix)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(id, keepEnd)
}

// sweepPack removes the files of one commit whose process is dead. A pack that
// got its ref stays and is only let go of.
func (s *Store) sweepPack(id string) {
	unfinished := filepath.Join(s.packDir(), newPackPrefix+id)
	base := filepath.Join(s.packDir(), packPrefix+id)
	if fileExists(base+keepEnd) && !isOurKeep(base) && !fileExists(unfinished+newPackEnd) {
		return // somebody else keeps this pack
	}
	for _, name := range []string{unfinished + newPackEnd, base + ".pack", base + keepEnd, unfinished + newIndexEnd} {
		dead, there := isAbandoned(name)
		if there && !dead {
			return
		}
		if there {
			break // the first one there is the one that carries the lock
		}
	}
	os.Remove(unfinished + newIndexEnd)
	os.Remove(unfinished + newPackEnd)
	text, err := readBounded(base+keepEnd, maxKeep)
	h, ref, ours := parseKeep(text)
	switch {
	case err != nil:
	case !ours: // killed before the mark was whole: no ref can know the pack
		removePack(base)
	default:
		s.sweepKept(base, h, ref)
	}
}

func (s *Store) sweepKept(base string, h Hash, ref string) {
	if h.IsZero() { // fetched: which refs reach it nobody knows, so git's gc decides
		os.Remove(base + keepEnd)
		return
	}
	reached, err := s.reaches(ref, h)
	switch {
	case err != nil: // unknown: it stays
	case reached:
		os.Remove(base + keepEnd)
	default:
		removePack(base)
	}
}

func fileExists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

func isAbandoned(name string) (dead, there bool) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false
	}
	if err != nil {
		return false, true
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && abandoned(f, info, settleAge), true
}

// maxReach is how many commits of a chain are looked at.
const maxReach = 1000

// reaches reports whether a ref leads to a commit by first parents.
func (s *Store) reaches(ref string, h Hash) (bool, error) {
	at, err := s.Ref(ref)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnsafe) {
		return false, nil
	}
	for range maxReach {
		if err != nil || at == h {
			return err == nil, err
		}
		commit, readErr := s.ReadCommit(at)
		if readErr != nil || len(commit.Parents) == 0 {
			return false, readErr
		}
		at = commit.Parents[0]
	}
	return false, errors.New("the chain of commits is too long")
}
