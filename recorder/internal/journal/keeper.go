package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// keep is the writer's own goroutine: it prepares room ahead and looks whether
// the file is still there. It is woken by frames, so an idle program idles.
func (w *Writer) keep() {
	defer close(w.done)
	for range w.wake {
		w.mu.Lock()
		out, closed := w.out, w.closed
		w.mu.Unlock()
		if closed {
			continue
		}
		out.prepare(&w.mu)
		w.inspect()
	}
}

// inspect looks whether the file was deleted or cut by somebody else, and if
// so goes on in another one.
func (w *Writer) inspect() {
	w.mu.Lock()
	out, end, closed := w.out, w.end, w.closed
	w.mu.Unlock()
	if closed {
		return
	}
	links, size, err := out.state()
	if err != nil || (links > 0 && size >= end) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.out == out && !w.closed {
		if err := w.move(); err != nil {
			w.drop(w.now(), err)
			w.dropped-- // no frame was lost yet by this
		}
	}
}

// move goes on in another file after somebody deleted or cut this one; mu is
// held. What a deleted file held is copied, so nothing is lost; what was cut
// off cannot be had back, and a new journal is begun beside the rest.
func (w *Writer) move() error {
	links, size, err := w.out.state()
	old := w.out
	if err == nil && links == 0 && size >= w.end {
		if err = w.restore(); err == nil {
			w.keepErr(fmt.Errorf("%w: %s was deleted while it was being written; it was made anew, complete", ErrDamaged, w.path))
			return old.finish(-1)
		}
	}
	path := w.path
	if err := w.begin(filepath.Dir(path)); err != nil {
		return fmt.Errorf("%w: %s was deleted or cut, and no other can be made: %w", ErrDamaged, path, err)
	}
	w.lose(fmt.Errorf("%w: %s was deleted or cut while it was being written; what it held is lost, recording goes on in %s", ErrDamaged, path, w.path))
	return old.finish(-1)
}

// restore makes a deleted file anew under its old name, with everything it
// held. Frames stay valid because their places do.
func (w *Writer) restore() (err error) {
	if err := os.MkdirAll(filepath.Dir(w.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(w.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, io.NewSectionReader(w.out.content(), 0, w.end)); err != nil {
		return errors.Join(err, f.Close(), os.Remove(w.path))
	}
	w.out = newOutput(f, w.end, w.direct)
	return nil
}
