package gitstore

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-git/go-git/v5/plumbing"
)

// addFile streams a file as a blob and returns its hash, in constant memory. A
// file that changes meanwhile is read once more; the error is then ErrChanged.
// A blob that the pack or the commit's parent has is taken back.
func (w *packWriter) addFile(ctx context.Context, file string, parent Hash) (Hash, error) {
	for range 2 {
		c, err := w.mark()
		if err != nil {
			return Hash{}, err
		}
		h, crc, err := w.streamFile(ctx, file)
		if err == nil && !w.seen[h] && h != parent {
			w.note(h, c.offset, crc)
			return h, nil
		}
		if back := w.rollBack(c); back != nil {
			return Hash{}, back
		}
		if err == nil {
			return h, nil
		}
		if !errors.Is(err, errSizeChanged) {
			return Hash{}, fmt.Errorf("store %q: %w", file, err)
		}
	}
	return Hash{}, fmt.Errorf("store %q: %w", file, ErrChanged)
}

func (w *packWriter) streamFile(ctx context.Context, file string) (Hash, uint32, error) {
	f, before, err := openRegular(file)
	if err != nil {
		return Hash{}, 0, err
	}
	defer f.Close()
	sample := make([]byte, sampleSize)
	n, err := io.ReadFull(f, sample)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Hash{}, 0, err
	}
	sum := sha1.New()
	fmt.Fprintf(sum, "blob %d\x00", before.Size())
	content := newHashingReader(contextReader{ctx, io.MultiReader(bytes.NewReader(sample[:n]), f)}, sum)
	e := &entryWriter{w: w}
	err = w.entry(e, plumbing.BlobObject, before.Size(), level(sample[:n]), content)
	content.wait()
	if err != nil {
		return Hash{}, 0, err
	}
	after, err := f.Stat()
	if err != nil {
		return Hash{}, 0, err
	}
	if !sameFileState(before, after) {
		return Hash{}, 0, errSizeChanged
	}
	return Hash(sum.Sum(nil)), e.crc, nil
}

var errNotRegular = errors.New("it is no regular file")

// openRegular opens a regular file, and no other: a FIFO would never end.
func openRegular(file string) (*os.File, os.FileInfo, error) {
	f, err := openWithoutWaiting(file)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func sameFileState(before, after os.FileInfo) bool {
	return after.Size() == before.Size() && after.ModTime().Equal(before.ModTime())
}

// hashingReader hashes what is read through it on another core: a blob's hash
// and its pack's are two sums over the same bytes.
type hashingReader struct {
	from io.Reader
	todo chan []byte
	free chan []byte
	done chan struct{}
}

func newHashingReader(from io.Reader, sum io.Writer) *hashingReader {
	h := &hashingReader{from: from, todo: make(chan []byte, 4), free: make(chan []byte, 8), done: make(chan struct{})}
	go func() {
		defer close(h.done)
		for p := range h.todo {
			sum.Write(p)
			h.free <- p
		}
	}()
	return h
}

func (h *hashingReader) Read(p []byte) (int, error) {
	n, err := h.from.Read(p)
	if n > 0 {
		h.todo <- append(h.buffer(), p[:n]...)
	}
	return n, err
}

func (h *hashingReader) buffer() []byte {
	select {
	case b := <-h.free:
		return b[:0]
	default:
		return nil
	}
}

// wait ends the hashing; everything read has then been hashed.
func (h *hashingReader) wait() {
	close(h.todo)
	<-h.done
}

// contextReader ends when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
