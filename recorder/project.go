package recorder

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/exprec/exprec/gitstore"
)

// refPrefix is where the runs live in a repository.
const refPrefix = "refs/exprec/"

// Project is a folder with its runs: a git repository or a plain folder. It is
// safe for concurrent use.
type Project struct {
	top    string               // top of the work tree, the plain folder, or the bare repository
	homes  []string             // folders that hold runs/; new runs go into the first
	repo   *gitstore.Repository // nil without a repository
	stores []*gitstore.Store    // new runs go into the first
	stands standing
	note   string // why runs are not stored in the repository itself

	known     knownRuns // what refs and folders said when they were last looked at
	archives  knownArchives
	light     lightRuns
	kept      keptCatalog
	readings  readings
	exchanges keptExchanges
	judging   sync.Once
	judge     *witness
	seen      atomic.Pointer[[]listedRun] // at the last look at the refs
	vanished  atomic.Pointer[[]Vanished]  // what was missing then, where somebody asked

	mu     sync.Mutex
	caches []io.Closer // files of lists that are read from
}

// Open finds the project of a folder: the repository that encloses it, else
// the nearest folder at or above it that has been recorded in. It creates
// nothing but a store for runs that wait for one. The error is [ErrNoProject] where nothing was ever recorded.
func Open(dir string) (*Project, error) {
	p, err := find(dir)
	if err != nil {
		return nil, err
	}
	for _, place := range p.places() {
		if err := p.openPlace(place); err != nil {
			return nil, oneLine(err, p.Close())
		}
	}
	if len(p.stores) == 0 {
		if err := p.openWaiting(); err != nil {
			return nil, oneLine(err, p.Close())
		}
	}
	if len(p.stores) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoProject, p.top)
	}
	p.stand()
	return p, nil
}

// Top is the folder that the project's snapshots are taken from.
func (p *Project) Top() string { return p.top }

// Home is the folder that holds the runs' folders.
func (p *Project) Home() string { return p.homes[0] }

// Note says why runs are kept outside the repository, or is empty.
func (p *Project) Note() string { return p.note }

// Close releases what the project holds open.
func (p *Project) Close() error {
	p.readings.close()
	errs := []error{p.light.close()}
	for _, s := range p.stores {
		errs = append(errs, s.Close())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, file := range p.caches {
		errs = append(errs, file.Close())
	}
	p.caches = nil
	return oneLine(errs...)
}

// folder is the run's folder: the one that exists, else where it would be.
func (p *Project) folder(uuid string) string {
	for _, home := range p.homes {
		folder := filepath.Join(home, "runs", uuid)
		if _, err := os.Stat(folder); err == nil {
			return folder
		}
	}
	return filepath.Join(p.homes[0], "runs", uuid)
}

// where names the folder for people, and the repository where the environment
// sets it apart from the folder.
func (p *Project) where() string {
	if p.repo != nil && os.Getenv("GIT_DIR") != "" {
		return fmt.Sprintf("%s, repository %s", p.top, p.repo.GitDir)
	}
	return p.top
}
