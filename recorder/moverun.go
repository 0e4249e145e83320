package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// mover moves one run.
type mover struct {
	ctx      context.Context
	project  *Project
	from, to *gitstore.Store
	id       string
}

func (m *mover) move() (*record.Run, error) {
	name := refPrefix + m.id
	tip, err := m.from.Ref(name)
	if errors.Is(err, gitstore.ErrNotFound) {
		return nil, nil // another process has moved it meanwhile
	}
	if err != nil {
		return nil, err
	}
	run, err := m.large(tip)
	if err != nil {
		return nil, err
	}
	if err := m.ref(name, tip); err != nil {
		return nil, err
	}
	if err := m.folder(run); err != nil {
		return nil, err
	}
	return run, m.from.UpdateRef(m.ctx, name, gitstore.Hash{}, tip)
}

// large takes the contents that stand behind pointers, of which some may never
// have been on this machine.
func (m *mover) large(tip gitstore.Hash) (*record.Run, error) {
	info, err := m.from.ReadCommit(tip)
	if err != nil {
		return nil, err
	}
	if r := m.project.load(m.from, m.id, tip); r.Purged() {
		return r.started, nil
	}
	run, err := readRun(m.from, info.Tree)
	if err != nil {
		return nil, err
	}
	paths := map[string]string{}
	for _, f := range run.Large {
		paths["files/"+f.Path] = f.Path
	}
	if run.Source != nil {
		for _, f := range run.Source.Large {
			paths["source/"+f.Path] = f.Path
		}
	}
	for path := range paths {
		pointer, err := pointerAt(m.from, info.Tree, path)
		if err == nil {
			err = m.to.LFS().Take(m.ctx, m.from.LFS(), pointer)
		}
		if err != nil && !errors.Is(err, gitstore.ErrMissing) {
			return nil, fmt.Errorf("the large file %q: %w", path, err)
		}
	}
	return run, nil
}

// maxPointerFile bounds a pointer to large content, in bytes.
const maxPointerFile = 1024

func pointerAt(store *gitstore.Store, tree gitstore.Hash, path string) (gitstore.Pointer, error) {
	entry, err := store.Lookup(tree, path)
	if err != nil {
		return gitstore.Pointer{}, err
	}
	data, err := store.ReadBlob(entry.Hash, maxPointerFile)
	if err != nil {
		return gitstore.Pointer{}, err
	}
	pointer, ok := gitstore.ParsePointer(data)
	if !ok {
		return pointer, gitstore.ErrCorrupt
	}
	return pointer, nil
}

// ref takes the commits. A ref that is in the repository already has come from
// a move that was interrupted; both may have been edited since.
func (m *mover) ref(name string, tip gitstore.Hash) error {
	there, err := m.to.Ref(name)
	switch {
	case errors.Is(err, gitstore.ErrNotFound):
		if _, err = m.to.Transfer(m.ctx, m.from, name, "source", gitstore.Hash{}); err == nil {
			m.project.enter(m.id, tip)
		}
		return err
	case err != nil || there == tip:
		return err
	}
	return m.merge(name, tip, there)
}

// merge joins the notes of two copies of one record.
func (m *mover) merge(name string, tip, there gitstore.Hash) error {
	old, said, err := baseOf(m.from, tip)
	if err != nil {
		return err
	}
	now, saidThere, err := baseOf(m.to, there)
	if err != nil {
		return err
	}
	if old.hash != now.hash {
		return errors.New("the repository has another record of it; both are kept")
	}
	joined := record.Join(said, saidThere)
	commit := notesCommit(now, joined)
	commit.Old = there
	return m.project.commitRun(m.ctx, m.to, m.id, commit)
}

// folder takes the run's folder to where new runs have theirs.
func (m *mover) folder(run *record.Run) error {
	old := filepath.Join(filepath.Dir(m.from.GitDir()), "runs", m.id)
	home := filepath.Join(m.project.repo.CommonDir, "exprec")
	at := filepath.Join(home, "runs", m.id)
	if old == at {
		return nil
	}
	if _, err := os.Stat(old); err == nil { // it is derived, and may be missing
		if err := makeHome(home); err != nil {
			return err
		}
		if err := moveFolder(old, at, m.contents(run)); err != nil {
			return err
		}
	}
	m.project.linkAgain(at)
	return nil
}

// linkAgain makes the link of a run lead to where its folder is now. The link
// is for people only.
func (p *Project) linkAgain(folder string) {
	link := filepath.Join(p.top, ".exprec", filepath.Base(folder))
	if _, err := os.Stat(folder); err != nil {
		return
	}
	if to, err := os.Readlink(link); err == nil && to == p.linkTarget(filepath.Dir(link), folder) {
		return
	}
	_ = os.Remove(link)
	_ = p.link(folder)
}

// contents are the large files of a run's folder, and where they lie already.
func (m *mover) contents(run *record.Run) map[string]string {
	contents := map[string]string{}
	tip, err := m.to.Ref(refPrefix + m.id)
	if err != nil {
		return nil
	}
	info, err := m.to.ReadCommit(tip)
	if err != nil {
		return nil
	}
	for _, f := range run.Large {
		if pointer, err := pointerAt(m.to, info.Tree, "files/"+f.Path); err == nil {
			contents[filepath.Join("files", filepath.FromSlash(f.Path))] = m.to.LFS().Path(pointer)
		}
	}
	return contents
}
