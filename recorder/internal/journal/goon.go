package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

// GoOn makes the journal go on in another run: as the tail, in that run's
// folder of journals, of what this one holds from a place on, with everything
// that is logged from now on behind it. The file so far stays as it is; its
// path is given. Where it fails the journal goes on as before.
func (w *Writer) GoOn(folder string, run uuid.UUID, from int64) (old string, err error) {
	w.syncing.Lock()
	defer w.syncing.Unlock()
	w.inspect() // a file that was deleted is made anew, so that nothing is in memory alone
	w.inspecting.Lock()
	defer w.inspecting.Unlock()
	w.mu.Lock()
	out, old, closed := w.out, w.path, w.closed
	w.mu.Unlock()
	if closed {
		return old, errors.New("the journal has ended")
	}
	source, err := newReader(out.content())
	if err != nil {
		return old, err
	}
	t, err := newTail(folder, run, old, source, from)
	if err != nil {
		return old, err
	}
	defer t.discard()
	if err := t.copy(); err != nil { // most of it while the program goes on logging
		return old, err
	}
	if err := w.switchTo(t, out, filepath.Join(folder, TailName(run, old)), run); err != nil {
		return old, fmt.Errorf("go on in %s: %w", folder, err)
	}
	return old, nil
}

// switchTo copies the rest and makes the tail the file that is written to.
func (w *Writer) switchTo(t *tail, out output, name string, run uuid.UUID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.out != out || w.closed {
		return errors.New("the journal has changed meanwhile")
	}
	if err := t.copy(); err != nil {
		return err
	}
	if err := t.nameAll(w.series.list, w.series.written); err != nil {
		return err
	}
	if err := t.out.Flush(); err != nil {
		return err
	}
	f, err := os.OpenFile(t.file.Name(), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return errors.Join(err, f.Close())
	}
	f, err = reopen(f, name)
	if err != nil {
		return err
	}
	t.file.Close()
	t.file = nil
	w.header.Run, w.anew = run, nil // who sealed the run took the file away
	w.sums.seed = t.sums.seed
	w.adopt(f, t.end)
	return out.finish(-1)
}

// reopen opens a file under its new name, which the writer knows it by.
func reopen(f *os.File, name string) (*os.File, error) {
	again, err := os.OpenFile(name, os.O_RDWR, 0)
	return again, errors.Join(err, f.Close())
}

// nameAll writes what the frames to come stand on: the kind of the journal and
// the names of scalars.
func (t *tail) nameAll(list []seriesState, written uint32) error {
	if err := t.putWatch(); err != nil {
		return err
	}
	for id := uint32(len(t.ids)) + 1; id <= written; id++ {
		t.ids[id] = id
		if err := t.put(Frame{Kind: Series, Series: id, Payload: []byte(list[id].name)}); err != nil {
			return err
		}
	}
	return nil
}
