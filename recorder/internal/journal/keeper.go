package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// keep is the writer's own goroutine: it prepares room ahead and looks whether
// the file is still there. It is woken by frames, so an idle program idles.
func (w *Writer) keep() {
	defer close(w.done)
	for range w.wake {
		w.mu.Lock()
		out := w.out
		w.mu.Unlock()
		out.prepare(&w.mu)
		w.inspect()
	}
}

// inspect looks whether the file was deleted or cut by somebody else, and if
// so goes on in another one.
func (w *Writer) inspect() {
	w.inspecting.Lock()
	defer w.inspecting.Unlock()
	w.mu.Lock()
	out, end, closed := w.out, w.end, w.closed
	w.mu.Unlock()
	if closed {
		return
	}
	links, size, err := out.state()
	switch {
	case err != nil:
	case size < end:
		w.replace(out)
	case links == 0:
		w.restore(out)
	}
}

// replace goes on in a new file after this one was cut.
func (w *Writer) replace(out output) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.out != out || w.closed {
		return
	}
	if err := w.move(errFault); err != nil {
		w.hold(w.now(), err)
	}
}

// move begins a new journal beside one that was cut; mu is held. What was cut
// off cannot be had back, what is left of it is still read.
func (w *Writer) move(cause error) error {
	if t := w.now(); t < w.moved {
		return fmt.Errorf("it is cut again and again (%w)", cause)
	}
	w.moved = w.now() + patience
	old, path := w.out, w.path
	if err := w.begin(filepath.Dir(path)); err != nil {
		return fmt.Errorf("it was cut by somebody else, and no other can be made: %w", err)
	}
	w.lose(fmt.Errorf("%w: %s was cut while it was being written; what was cut off is lost, recording goes on in %s", ErrDamaged, path, w.path))
	return old.finish(-1)
}

// restore makes a deleted file anew with everything it held: it can be read
// as long as it is open. Frames stay valid, because their places do. Most is
// copied while the program goes on logging.
func (w *Writer) restore(out output) {
	w.mu.Lock()
	path, end := w.path, w.end
	w.mu.Unlock()
	f, err := recreate(path)
	if err == nil {
		err = copyRange(f, out.content(), 0, end)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && w.out == out && !w.closed {
		err = copyRange(f, out.content(), end, w.end)
	}
	if err != nil || w.out != out || w.closed {
		w.keepErr(fmt.Errorf("%w: %s was deleted while it was being written and cannot be made anew: %w", ErrDamaged, path, err))
		discard(f)
		return
	}
	w.adopt(f, w.end)
	if w.anew == nil {
		w.anew = fmt.Errorf("%w: %s was deleted while it was being written; it was made anew from memory as %s", ErrDamaged, path, w.path)
	}
	if err := out.finish(-1); err != nil {
		w.keepErr(err)
	}
}

// recreate makes the file of a path again, under another name where somebody
// took that one.
func recreate(path string) (*os.File, error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		f, _, err = createFile(folder)
	}
	return f, err
}

func copyRange(dst *os.File, src io.ReaderAt, from, to int64) error {
	_, err := io.Copy(io.NewOffsetWriter(dst, from), io.NewSectionReader(src, from, to-from))
	return err
}

// discard takes back a file that did not become a journal.
func discard(f *os.File) {
	if f != nil {
		f.Close()
		os.Remove(f.Name())
	}
}
