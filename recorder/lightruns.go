package recorder

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/stamps"
)

const (
	// lightStore is the repository below a home that holds what is known of runs
	// that are not here: the catalogs of remotes.
	lightStore = "light.git"
	// lightName is the folder below a home with the runs in there: a file for each
	// remote, a line for each run: UUID, space, commit, space, tree in light.git.
	lightName = "light"
)

// A lightRun is a run of a remote of which only what lists need is here.
type lightRun struct {
	remote string
	catalogEntry
}

// lightList is what is known of them at a moment. It never changes.
type lightList struct {
	store *gitstore.Store // nil where there are none
	runs  map[string]lightRun
	order []string // their UUIDs, sorted
}

// lightRuns keeps the list, as long as its files do not change.
type lightRuns struct {
	mu     sync.Mutex
	store  *gitstore.Store
	stamps *stamps.Set
	list   *lightList

	here   []listedRun // the runs that joined was made of
	of     *lightList
	joined []listedRun
}

// lightList reads which runs are known lightly.
func (p *Project) lightList() *lightList {
	l := &p.light
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.list != nil && l.stamps.Hold() {
		return l.list
	}
	dir := filepath.Join(p.Home(), lightName)
	set := stamps.New()
	set.Add(dir)
	list := &lightList{runs: map[string]lightRun{}}
	for _, file := range namesIn(dir) {
		remote, err := url.PathUnescape(file)
		if err != nil || strings.HasPrefix(file, ".") {
			continue
		}
		path := filepath.Join(dir, file)
		set.Add(path)
		for uuid, entry := range readLightFile(path) {
			if _, other := list.runs[uuid]; !other {
				list.runs[uuid] = lightRun{remote, entry}
			}
		}
	}
	set.After(l.stamps)
	if len(list.runs) > 0 && l.openStore(p.Home()) == nil {
		list.store, list.order = l.store, sortedKeys(list.runs)
	} else {
		list.runs = nil
	}
	l.list, l.stamps = list, set
	return list
}

// openStore opens what the lines lead to. The caller holds l.mu.
func (l *lightRuns) openStore(home string) (err error) {
	if l.store == nil {
		l.store, err = gitstore.OpenPrivate(filepath.Join(home, lightStore))
	}
	return err
}

// lightObjects is the repository of the catalogs, which is made on first use.
func (p *Project) lightObjects() (*gitstore.Store, error) {
	p.light.mu.Lock()
	defer p.light.mu.Unlock()
	if err := p.light.openStore(p.Home()); err != nil {
		return nil, err
	}
	return p.light.store, nil
}

func (l *lightRuns) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.store == nil {
		return nil
	}
	return l.store.Close()
}

func lightFile(home, remote string) string {
	return filepath.Join(home, lightName, url.PathEscape(remote))
}

// readLightFile reads the lines of a remote. Those that are damaged are as good
// as not there.
func readLightFile(file string) map[string]catalogEntry {
	data, err := readBounded(file, maxLedger)
	if err != nil {
		return nil
	}
	return parseLight(data)
}

func parseLight(data []byte) map[string]catalogEntry {
	runs := map[string]catalogEntry{}
	for line := range bytes.Lines(data) {
		var e catalogEntry
		fields := strings.Split(strings.TrimSuffix(string(line), "\n"), " ")
		if len(fields) != 3 || len(fields[1]) != 2*len(e.tip) || len(fields[2]) != 2*len(e.tree) {
			continue
		}
		_, err1 := hex.Decode(e.tip[:], []byte(fields[1]))
		_, err2 := hex.Decode(e.tree[:], []byte(fields[2]))
		if _, ok := runOf(gitstore.Ref{Name: refPrefix + fields[0]}); ok && err1 == nil && err2 == nil {
			runs[fields[0]] = e
		}
	}
	return runs
}

func encodeLight(runs map[string]catalogEntry) []byte {
	var text bytes.Buffer
	for _, uuid := range sortedKeys(runs) {
		fmt.Fprintf(&text, "%s %s %s\n", uuid, runs[uuid].tip, runs[uuid].tree)
	}
	return text.Bytes()
}

// withLight adds to the runs that are here those that are known lightly and are
// not. Both lists are sorted.
func (p *Project) withLight(here []listedRun) []listedRun {
	list := p.lightList()
	if len(list.order) == 0 {
		return here
	}
	l := &p.light
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == list && sameList(l.here, here) {
		return l.joined
	}
	joined := make([]listedRun, 0, len(here)+len(list.order))
	rest := here
	for _, uuid := range list.order {
		for len(rest) > 0 && rest[0].uuid < uuid {
			joined, rest = append(joined, rest[0]), rest[1:]
		}
		if len(rest) > 0 && rest[0].uuid == uuid {
			continue
		}
		run := list.runs[uuid]
		joined = append(joined, listedRun{uuid, []runCopy{{store: list.store, hash: run.tip, remote: run.remote}}})
	}
	l.joined, l.here, l.of = append(joined, rest...), here, list
	return l.joined
}

// loadLight reads what a catalog says of a run.
func (p *Project) loadLight(uuid string, tip gitstore.Hash) *Run {
	list := p.lightList()
	known := list.runs[uuid]
	r := &Run{project: p, uuid: uuid, store: list.store, tip: tip, remote: known.remote, started: unknownRun(uuid)}
	if known.tip != tip {
		r.err = fmt.Errorf("%w: the remote has another state of the run %s by now; exprec fetch --light reads it", ErrLight, r.Short())
		return r
	}
	if err := r.readTree(tip, known.tree); err != nil {
		r.err = r.damaged("what is known of it", err)
	}
	// What is named only are the folders of the run.
	r.root = slices.DeleteFunc(r.root, func(e gitstore.TreeEntry) bool { return e.Name == catalogTip })
	for i := range r.root {
		if r.root[i].Mode == filemode.Submodule {
			r.root[i].Mode = filemode.Dir
		}
	}
	r.judge()
	return r
}

// Light is the remote that has the content of a run of which only what lists
// need is here; it is empty where the run is here.
func (r *Run) Light() string { return r.remote }

// lightErr is the error of content that is on the remote only, nil where the run
// is here.
func (r *Run) lightErr(what string) error {
	if r.remote == "" {
		return nil
	}
	if what == "" {
		what = "a part"
	}
	return fmt.Errorf("%s of the run %s: %w: it is on %s; exprec fetch %s %s gets all of it", what, r.Short(), ErrLight, r.remote, r.remote, r.Short())
}

// lightParts are the words for what is below the root of a run.
var lightParts = map[string]string{
	"files": "the files", "images": "the images", "output": "the output", "scalars": "the points", "source": "the source",
}

// key tells in the cache of lists what a catalog says of a commit from what the
// commit itself says.
func (c runCopy) key() gitstore.Hash {
	if c.remote != "" {
		return turned(c.hash)
	}
	return c.hash
}

func turned(h gitstore.Hash) gitstore.Hash {
	for i := range h {
		h[i] ^= 0xff
	}
	return h
}

// Light is the remote that has the content of a run of which only what lists
// need is here; see [Run.Light].
func (r Row) Light() string {
	at, ok := findListed(r.of.listed, r.ID())
	if !ok || len(r.of.listed[at].copies) == 0 {
		return ""
	}
	return r.of.listed[at].copies[0].remote
}

// keepLight writes down which runs of a remote are known lightly.
func (p *Project) keepLight(remote string, runs map[string]catalogEntry) error {
	file := lightFile(p.Home(), remote)
	if len(runs) == 0 {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			return err
		}
		return nil
	}
	return replaceFile(file, encodeLight(runs))
}
