package recorder

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// sourceName is the file in the folder of a run whose start could not be
// committed that names the tree of its source.
const sourceName = "source.tree"

// unborn is the start of a run that could not be committed: the disk was full,
// or the repository could not be written to.
type unborn struct {
	run    []byte
	source gitstore.Hash
}

// keep writes what is known of the start into the run's folder, for whoever
// seals the run. Where there is no room for it yet it is tried again at the end.
func (u *unborn) keep(folder string) {
	if u == nil {
		return
	}
	_ = replaceFile(filepath.Join(folder, record.RunFile), u.run)
	if !u.source.IsZero() {
		_ = replaceFile(filepath.Join(folder, sourceName), []byte(u.source.String()))
	}
}

// lateSource is the source of a run whose start was never committed, where the
// work tree still is what it was; else nil.
func (p *Project) lateSource(ctx context.Context, folder string) *gitstore.Snapshot {
	data, err := os.ReadFile(filepath.Join(folder, sourceName))
	if err != nil {
		return nil
	}
	wanted := strings.TrimSpace(string(data))
	options, err := p.snapshotOptions()
	if err != nil {
		return nil
	}
	s, err := p.stores[0].Snapshot(ctx, p.repo, p.top, options)
	if err != nil || s.Tree.String() != wanted {
		return nil
	}
	return s
}
