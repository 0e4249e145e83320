package recorder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// tip is where a run's ref stands.
type tip struct {
	store *gitstore.Store
	hash  gitstore.Hash // zero when the start was never committed
	info  gitstore.CommitInfo
	run   *record.Run // nil when it cannot be read

	source *gitstore.Snapshot // of a start that was never committed, where it can still be had
}

// tip finds the run's ref in the store that has it, else in the first store.
func (p *Project) tip(uuid string) (tip, error) {
	for _, store := range p.stores {
		hash, _, err := p.tipIn(store, uuid)
		if errors.Is(err, gitstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return tip{}, err
		}
		t := tip{store: store, hash: hash}
		if t.info, err = store.ReadCommit(hash); err != nil {
			return tip{}, fmt.Errorf("read the run %s: %w", shortID(uuid), err)
		}
		t.run, err = readRun(store, t.info.Tree)
		return t, err
	}
	return tip{store: p.stores[0]}, nil
}

// maxRunFile bounds run.msgpack, in bytes.
const maxRunFile = 64 << 20

// readRun reads run.msgpack of a run's tree.
func readRun(store *gitstore.Store, tree gitstore.Hash) (*record.Run, error) {
	entry, err := store.Lookup(tree, record.RunFile)
	if err != nil {
		return nil, err
	}
	data, err := store.ReadBlob(entry.Hash, maxRunFile)
	if err != nil {
		return nil, err
	}
	return record.DecodeRun(data)
}

// readStart is what was known of the run at its start.
func (p *Project) readStart(uuid, folder string) (*record.Run, error) {
	t, err := p.tip(uuid)
	if err != nil {
		return nil, err
	}
	return p.startOf(t, uuid, folder)
}

// startOf prefers the start commit, then the copy in the folder. A program
// that died before it wrote either still has a journal with a header.
func (p *Project) startOf(t tip, uuid, folder string) (*record.Run, error) {
	if t.run != nil {
		return t.run, nil
	}
	data, err := os.ReadFile(filepath.Join(folder, record.RunFile))
	if err == nil {
		run, err := record.DecodeRun(data)
		if err != nil {
			return nil, fmt.Errorf("read the start of the run %s: %w", shortID(uuid), err)
		}
		if run.Source != nil && t.source == nil {
			run.Warnings = append(run.Warnings, "the source was not kept: the start never reached git, and the source is not the same any more")
			run.Source = nil
		}
		return run, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &record.Run{
		Format: record.Format, UUID: uuid, Alias: record.Alias(uuid), Status: record.Running,
		Started: firstStart(folder), Warnings: []string{"the program died before the run's start was written"},
	}, nil
}

// sealer signs the record as the start is signed, at the time of the run's end.
func (p *Project) sealer(t tip, run *record.Run) gitstore.Signature {
	if t.hash.IsZero() {
		return gitstore.Signature{Name: "exprec", Email: "exprec@localhost", When: run.Ended}
	}
	who := t.info.Author
	who.When = run.Ended
	return who
}
