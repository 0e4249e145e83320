package gitstore

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Apply carries the plan out. Before anything is touched, every file that will
// be replaced or removed is saved durably under undoRef, from where Undo puts
// it back, also when Apply was interrupted. A file that was changed since it
// was saved stays as it is; the error is then ErrChanged, after all others are
// done. HEAD and index stay as they are.
func (p *RestorePlan) Apply(ctx context.Context) (undoRef string, err error) {
	if len(p.Write) == 0 && len(p.Remove) == 0 {
		return "", nil
	}
	w, err := openWorkTree(newPlacer(ctx, p.store, p.large), p.dir)
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	defer w.root.Close()
	// What is on disk is looked at before it is saved: what changes after
	// that is not in the saved state, and must not be touched.
	states := map[string]fs.FileInfo{}
	for _, path := range slices.Concat(p.Write, p.Remove) {
		states[path] = w.state(path)
	}
	undoRef, err = p.save(ctx)
	if err != nil {
		return "", fmt.Errorf("restore: nothing was changed: %w", err)
	}
	w.staging, w.interrupt = stagingName(undoRef), p.interrupt
	if err := p.change(w, states); err != nil {
		return undoRef, fmt.Errorf("restore: stopped in the middle, `restore --undo` puts everything back: %w", err)
	}
	if w.kept > 0 {
		return undoRef, fmt.Errorf("restore: %d files were left as they are: %w: %s", w.kept, ErrChanged, strings.Join(w.report.Warnings, "; "))
	}
	return undoRef, nil
}

// change removes first: a file may stand where a folder has to be made.
func (p *RestorePlan) change(w *workTree, states map[string]fs.FileInfo) error {
	for _, path := range p.Remove {
		if err := w.step(); err != nil {
			return err
		}
		if states[path] == nil {
			continue
		}
		if err := w.remove(path, states[path]); err != nil {
			return err
		}
	}
	for _, path := range p.Write {
		if err := w.step(); err != nil {
			return err
		}
		if err := w.write(path, p.target[path], states[path]); err != nil {
			return err
		}
	}
	return nil
}
