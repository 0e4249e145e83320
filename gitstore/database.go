package gitstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits of the database. A repository with more folders of alternates, or
// deeper ones, is read as far as the limit goes, as git does.
const (
	maxAlternateDepth = 5
	maxAlternates     = 100
	maxOpenPacks      = 400
	maxTries          = 25 // packs are read late, or vanish while they are read, some for each gc
)

// database finds objects in the folders of a repository. It is safe for
// concurrent use.
type database struct {
	dirs []string // folders of objects: the repository's own, then alternates

	mu     sync.Mutex
	listed map[string]time.Time  // when a folder of packs had last changed as it was listed
	packs  map[string]*packIndex // by path without ending
	later  map[string]time.Time  // small packs that nothing was looked for in yet, and their times
	deep   bool                  // the newest of them were opened, the others are next
	known  int                   // counts the changes of what is known
	small  map[Hash]packPlace    // objects of the small packs
	big    []*packIndex
	open   int // packs that are kept open

	bases     baseCache
	inflaters sync.Pool
}

// packPlace is where an object lies in a pack.
type packPlace struct {
	pack   *packIndex
	offset int64
}

func openDatabase(objects string) *database {
	d := &database{listed: map[string]time.Time{}, packs: map[string]*packIndex{}, later: map[string]time.Time{}, small: map[Hash]packPlace{}}
	d.addDir(objects, 0)
	for _, dir := range filepath.SplitList(os.Getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES")) {
		if dir != "" {
			d.addDir(dir, 1)
		}
	}
	return d
}

// addDir takes in a folder of objects and those that its alternates name.
func (d *database) addDir(dir string, depth int) {
	dir = filepath.Clean(dir)
	for _, known := range d.dirs {
		if known == dir {
			return
		}
	}
	if depth > maxAlternateDepth || len(d.dirs) > maxAlternates || depth > 0 && !isDir(dir) {
		return
	}
	d.dirs = append(d.dirs, dir)
	text, err := readBounded(filepath.Join(dir, "info", "alternates"), maxConfigFile)
	if err != nil {
		return
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" && line[0] != '#' {
			d.addDir(absolute(dir, line), depth+1)
		}
	}
}

func readBounded(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%q has more than %d bytes: %w", file, limit, ErrTooLarge)
	}
	return data, err
}

// find tells where an object lies in a pack that is known, and gives the count
// that renew wants where it is in none.
func (d *database) find(h Hash) (place packPlace, known int, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	place, ok = d.lookup(h)
	return place, d.known, ok
}

// packed is find over all packs there are.
func (d *database) packed(h Hash) (packPlace, bool) {
	for {
		place, known, ok := d.find(h)
		if ok || !d.renew(known) {
			return place, ok
		}
	}
}

// renew is for what was not found: it looks for packs that came or went since,
// and then into the small ones. It reports whether looking again makes sense,
// also because somebody else has renewed since the search that known is of.
// What a program needs of a repository is mostly in its large packs, or in
// none, and runs make many small ones.
func (d *database) renew(known int) (changed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known != known || d.refresh(false) || d.openLater()
}

// newestPacks is how many of the small packs are looked into first: what nobody
// has asked for yet is mostly what has come last.
const newestPacks = 64

// openLater opens the newest of the small packs that were listed, and the next
// time all others. Where one has gone since it was listed, they are listed anew.
func (d *database) openLater() (changed bool) {
	bases := slices.Collect(maps.Keys(d.later))
	if !d.deep && len(bases) > newestPacks {
		slices.SortFunc(bases, func(a, b string) int { return d.later[b].Compare(d.later[a]) })
		bases = bases[:newestPacks]
	}
	d.deep = len(bases) < len(d.later)
	gone := false
	for _, base := range bases {
		opened := d.read(base)
		changed = changed || opened
		gone = gone || !opened && !fileExists(base+".idx")
		delete(d.later, base)
	}
	if gone { // what was in it is in another one by now
		changed = d.refresh(true) || changed
	}
	if changed {
		d.arrange()
	}
	return changed || d.deep || gone && len(d.later) > 0
}

// read opens the index of a pack.
func (d *database) read(base string) bool {
	if d.packs[base] != nil {
		return false
	}
	pack, err := openPackIndex(base)
	if err != nil {
		return false
	}
	d.packs[base] = pack
	return true
}

// adopt takes in a pack that this process has just written.
func (d *database) adopt(base string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.read(base) {
		d.known++
		d.place(d.packs[base])
	}
}

func (d *database) lookup(h Hash) (packPlace, bool) {
	if place, ok := d.small[h]; ok {
		return place, true
	}
	for _, pack := range d.big {
		if offset, ok := pack.find(h); ok {
			return packPlace{pack, offset}, true
		}
	}
	return packPlace{}, false
}

// racyListing is how long after a change a folder may change again without
// another time: file systems count in ticks.
const racyListing = 100 * time.Millisecond

// refresh lists the packs of folders that have changed, of all if forced.
func (d *database) refresh(force bool) (changed bool) {
	for _, dir := range d.dirs {
		dir = filepath.Join(dir, "pack")
		info, err := os.Stat(dir)
		if err != nil {
			continue
		}
		before, known := d.listed[dir]
		if known && !force && info.ModTime().Equal(before) {
			continue
		}
		changed = d.list(dir) || changed
		delete(d.listed, dir)
		if time.Since(info.ModTime()) > racyListing {
			d.listed[dir] = info.ModTime()
		}
	}
	if changed {
		d.arrange()
	}
	return changed
}

// list reads the large indexes that are new in a folder, notes the small ones
// for later, and forgets those that are gone.
func (d *database) list(dir string) (changed bool) {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return false
	}
	there := map[string]bool{}
	for _, name := range names {
		base, ok := strings.CutSuffix(name, ".idx")
		if !ok {
			continue
		}
		base = filepath.Join(dir, base)
		there[base] = true
		if _, noted := d.later[base]; noted || d.packs[base] != nil {
			continue
		}
		if when, small := isSmallIndex(base + ".idx"); small {
			d.later[base] = when
		} else {
			changed = d.read(base) || changed
		}
	}
	maps.DeleteFunc(d.later, func(base string, _ time.Time) bool { return filepath.Dir(base) == dir && !there[base] })
	for base, pack := range d.packs {
		if filepath.Dir(base) == dir && !there[base] {
			d.forget(pack)
			changed = true
		}
	}
	return changed
}

func (d *database) forget(pack *packIndex) {
	delete(d.packs, pack.base)
	if pack.close() {
		d.open--
	}
}

// arrange sorts the packs by how they are searched. A repository with many
// runs has many small packs: their objects are in one map.
func (d *database) arrange() {
	d.known++
	d.big = d.big[:0]
	clear(d.small)
	for _, pack := range d.packs {
		d.place(pack)
	}
}

func (d *database) place(pack *packIndex) {
	if !pack.isSmall() {
		d.big = append(d.big, pack)
		return
	}
	for i := range pack.count {
		if h, offset, err := pack.entry(i); err == nil {
			d.small[h] = packPlace{pack, offset}
		}
	}
}

// file opens a pack; done must be called when it is not needed any more.
func (d *database) file(pack *packIndex) (f *os.File, done func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if pack.file != nil {
		return pack.file, func() {}, nil
	}
	f, err = os.Open(pack.base + ".pack")
	if err != nil {
		return nil, nil, err
	}
	if d.open < maxOpenPacks && d.packs[pack.base] == pack {
		pack.file = f
		d.open++
		return f, func() {}, nil
	}
	return f, func() { f.Close() }, nil
}

// close releases all files.
func (d *database) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, pack := range d.packs {
		d.forget(pack)
	}
	d.arrange()
	clear(d.listed)
	clear(d.later)
}

// vanished reports whether an error says that a pack was replaced while it was
// read; then the object is looked for once more.
func vanished(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, os.ErrClosed)
}

// retry looks for an object until it is found in a place that stays.
func (d *database) retry(h Hash, packed func(packPlace) error, loose func(*os.File) error) error {
	var err error
	settled := time.Now().Add(unsettledWait)
	for range maxTries {
		place, known, ok := d.find(h)
		if ok {
			if err = packed(place); err == nil || !vanished(err) {
				return err
			}
			d.mu.Lock()
			d.refresh(true)
			d.mu.Unlock()
			continue
		}
		f, openErr := d.openLoose(h)
		if openErr == nil {
			defer f.Close()
			return loose(f)
		}
		if err = openErr; !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		// It may have moved from a file of its own into a pack just now.
		if !d.renew(known) {
			// A listing that was read while packs were replaced can lack both the
			// old one and the new one.
			if !d.unsettled() || time.Now().After(settled) {
				break
			}
			time.Sleep(unsettledWait / maxTries)
			d.mu.Lock()
			d.refresh(true)
			d.mu.Unlock()
		}
	}
	if vanished(err) {
		return ErrMissing
	}
	return err
}

// unsettledWait bounds how long an object is looked for while packs come and go.
const unsettledWait = 250 * time.Millisecond

// unsettled reports whether packs came or went in the last second.
func (d *database) unsettled() bool {
	for _, dir := range d.dirs {
		if info, err := os.Stat(filepath.Join(dir, "pack")); err == nil && time.Since(info.ModTime()) < time.Second {
			return true
		}
	}
	return false
}

func (d *database) openLoose(h Hash) (*os.File, error) {
	name := h.String()
	var first error
	for _, dir := range d.dirs {
		f, err := os.Open(filepath.Join(dir, name[:2], name[2:]))
		if err == nil {
			return f, nil
		}
		if first == nil || errors.Is(first, fs.ErrNotExist) {
			first = err
		}
	}
	return nil, first
}
