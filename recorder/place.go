package recorder

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/exprec/exprec/gitstore"
)

// privateStore is the name of the private store below a home.
const privateStore = "store.git"

// place is one of the places that may hold runs of a project.
type place struct {
	home   string // holds runs/, store.git, …
	native bool   // commits go into the user's repository, else into home/store.git
}

// find locates the project of dir without opening or creating anything.
func find(dir string) (*Project, error) {
	if dir == "" {
		dir = "."
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the folder %q: %w", dir, err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%w: %q is not a folder", ErrNoProject, dir)
	}
	repo, err := gitstore.Find(dir)
	switch {
	case errors.Is(err, gitstore.ErrNoRepository):
		return &Project{top: plainTop(dir)}, nil
	case err != nil:
		return nil, err
	}
	top := repo.WorkTree
	if top == "" {
		top = repo.GitDir
	}
	return &Project{top: top, repo: repo}, nil
}

// plainTop is the nearest folder at or above dir with an .exprec of its own,
// else dir.
func plainTop(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if info, err := os.Lstat(filepath.Join(at, ".exprec")); err == nil && info.IsDir() {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// places are where runs of the project may be, the preferred one first. The
// refuge is always the last: it takes the runs that nothing else could.
func (p *Project) places() []place {
	own := append(p.ownPlaces(), p.before()...)
	if home := refugeHome(p.top); home != "" {
		own = append(own, place{home: home})
	}
	return own
}

// ownPlaces are those inside the project.
func (p *Project) ownPlaces() []place {
	switch {
	case p.repo == nil:
		return []place{{home: filepath.Join(p.top, ".exprec")}}
	case p.repo.Foreign:
		return nil
	}
	home := filepath.Join(p.repo.CommonDir, "exprec")
	switch {
	case p.repo.Unsuitable != nil: // perhaps it can be read
		return []place{{home: home}, {home: home, native: true}}
	case p.wantsPrivate():
		return []place{{home: home}, {home: home, native: true}}
	}
	return []place{{home: home, native: true}, {home: home}}
}

// before are places that hold runs of the time before the folder became a
// repository.
func (p *Project) before() []place {
	if p.repo == nil || p.repo.Foreign || p.repo.WorkTree == "" {
		return nil
	}
	home := filepath.Join(p.top, ".exprec")
	if info, err := os.Stat(filepath.Join(home, privateStore)); err != nil || !info.IsDir() {
		return nil
	}
	return []place{{home: home}}
}

// wantsPrivate reports whether the user keeps runs out of their repository.
func (p *Project) wantsPrivate() bool {
	value, _ := p.repo.Config.Get("exprec.store")
	return value == "private"
}

// openPlace adds a place that exists to what the project reads.
func (p *Project) openPlace(at place) error {
	if at.native {
		return p.openReading(at)
	}
	dir := filepath.Join(at.home, privateStore)
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	store, err := gitstore.OpenPrivate(dir)
	if err != nil {
		return fmt.Errorf("open the private store %q: %w", dir, err)
	}
	p.add(at.home, store)
	return nil
}

func (p *Project) openNative(at place) error {
	store, err := p.repo.Open()
	if err != nil {
		return err
	}
	p.add(at.home, store)
	return nil
}

// openReading is openNative for a repository that may be read only. One that
// cannot even be read has no runs of its own.
func (p *Project) openReading(at place) error {
	store, err := p.repo.OpenReading()
	if err != nil && p.repo.Unsuitable != nil {
		return nil
	}
	if err != nil {
		return err
	}
	p.add(at.home, store)
	return nil
}

func (p *Project) add(home string, store *gitstore.Store) {
	p.stores = append(p.stores, store)
	for _, known := range p.homes {
		if known == home {
			return
		}
	}
	p.homes = append(p.homes, home)
}

// openForRecording opens the project with the first place that can be written
// in front, creating what it needs, and makes the folder of a new run there.
// Its error says why no place could be.
func openForRecording(dir, uuid string) (p *Project, folder string, err error) {
	p, err = find(dir)
	if err != nil {
		return nil, "", err
	}
	var errs []error
	for _, at := range p.places() {
		folder, err := p.prepare(at, uuid)
		if err == nil {
			p.openRest(at)
			return p, folder, nil
		}
		errs = append(errs, err)
	}
	return nil, "", fmt.Errorf("find a folder to record into for %q: %w", p.top, oneLine(errs...))
}

// prepare makes a place with the folder of a run, and opens its store.
func (p *Project) prepare(at place, uuid string) (folder string, err error) {
	if err := makeHome(at.home); err != nil {
		return "", err
	}
	folder, err = p.makeFolder(at.home, uuid)
	if err != nil {
		return "", err
	}
	if err := p.openPrepared(at); err != nil {
		os.RemoveAll(folder)
		return "", err
	}
	return folder, nil
}

// openPrepared opens the store of a place, and makes it where it is private.
func (p *Project) openPrepared(at place) error {
	if at.native {
		return p.openNative(at)
	}
	store, err := gitstore.OpenPrivate(filepath.Join(at.home, privateStore))
	if err != nil {
		return err
	}
	p.note = p.whyPrivate(at.home)
	p.add(at.home, store)
	return nil
}

// openRest opens what else the project reads, so that a run of any of its
// places can be continued or read from. Damage there must not stop recording.
func (p *Project) openRest(first place) {
	for _, at := range p.places() {
		if at != first {
			_ = p.openPlace(at)
		}
	}
}

func (p *Project) whyPrivate(home string) string {
	switch {
	case p.repo == nil, p.repo.Unsuitable == nil && p.wantsPrivate():
		return ""
	case p.repo.Unsuitable != nil:
		return fmt.Sprintf("the run is kept in a private store in %s: %v", home, p.repo.Unsuitable)
	}
	return fmt.Sprintf("the run is kept in a private store in %s: %s cannot be written", home, p.repo.CommonDir)
}

// makeHome makes a home that only its user can read.
func makeHome(home string) error {
	if err := os.MkdirAll(filepath.Join(home, "runs"), 0o700); err != nil {
		return err
	}
	return os.Chmod(home, 0o700)
}

// refugeHome is the folder of the user that takes a project's runs where the
// project itself cannot be written, derived from the project's path. It is
// empty for a user without a home: a folder for all users would not be private.
func refugeHome(top string) string {
	base := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil || !filepath.IsAbs(home) {
			return ""
		}
		base = filepath.Join(home, ".local", "share")
	}
	sum := sha256.Sum256([]byte(top))
	name := strings.Map(plainRune, filepath.Base(top))
	return filepath.Join(base, "exprec", name+"-"+hex.EncodeToString(sum[:6]))
}

// plainRune replaces what has no place in a folder's name.
func plainRune(r rune) rune {
	if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
		return r
	}
	return '-'
}
