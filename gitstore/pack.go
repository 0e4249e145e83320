package gitstore

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/klauspost/compress/zlib"
)

// The pack format is that of git's Documentation/gitformat-pack.txt: version 2,
// without deltas.
const (
	packVersion  = 2
	sampleSize   = 64 << 10 // how much of a large object decides whether it is compressed
	packBuffer   = 256 << 10
	leftoverPack = "exprec-" // beginning of temporary names: git prunes those that begin with tmp_
	packLevel    = zlib.BestSpeed
	storedLevel  = zlib.NoCompression
)

// packWriter streams objects into one pack. Its header holds the count that
// was expected; finish mends it in the rare case that it turned out different.
type packWriter struct {
	dir      string // objects/pack
	file     *os.File
	out      *bufio.Writer
	sum      hash.Hash // of everything written so far
	offset   int64
	expected int
	mode     os.FileMode
	entries  []packEntry
	seen     map[Hash]bool
	deflate  map[int]*zlib.Writer // by level
}

type packEntry struct {
	hash   Hash
	offset int64
	crc    uint32
}

func newPack(dir string, expected int, mode os.FileMode) (*packWriter, error) {
	name, err := randomName()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, leftoverPack+name+".pack"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make a pack: %w", err)
	}
	w := &packWriter{
		dir: dir, file: f, out: bufio.NewWriterSize(f, packBuffer), sum: sha1.New(), expected: expected,
		mode: mode, seen: map[Hash]bool{}, deflate: map[int]*zlib.Writer{},
	}
	return w, w.write(packHeader(expected))
}

func randomName() (string, error) {
	var b [8]byte
	_, err := rand.Read(b[:])
	return hex.EncodeToString(b[:]), err
}

func packHeader(count int) []byte {
	head := []byte("PACK")
	head = binary.BigEndian.AppendUint32(head, packVersion)
	return binary.BigEndian.AppendUint32(head, uint32(count))
}

func (w *packWriter) write(p []byte) error {
	w.sum.Write(p)
	w.offset += int64(len(p))
	_, err := w.out.Write(p)
	return err
}

// entryWriter counts and sums what one entry adds to the pack.
type entryWriter struct {
	w   *packWriter
	crc uint32
}

func (e *entryWriter) Write(p []byte) (int, error) {
	e.crc = crc32.Update(e.crc, crc32.IEEETable, p)
	return len(p), e.w.write(p)
}

// add writes an object that is in memory, unless the pack has it.
func (w *packWriter) add(kind plumbing.ObjectType, h Hash, data []byte) error {
	if w.seen[h] {
		return nil
	}
	level := packLevel
	if len(data) >= sampleSize && incompressible(data[:sampleSize]) {
		level = storedLevel
	}
	at := w.offset
	e := &entryWriter{w: w}
	if err := w.entry(e, kind, int64(len(data)), level, bytes.NewReader(data)); err != nil {
		return err
	}
	w.note(h, at, e.crc)
	return nil
}

func (w *packWriter) note(h Hash, at int64, crc uint32) {
	w.seen[h] = true
	w.entries = append(w.entries, packEntry{hash: h, offset: at, crc: crc})
}

// entry writes the header and the deflated bytes of one object.
func (w *packWriter) entry(e *entryWriter, kind plumbing.ObjectType, size int64, level int, from io.Reader) error {
	if _, err := e.Write(entryHeader(kind, size)); err != nil {
		return err
	}
	z, err := w.deflater(level, e)
	if err != nil {
		return err
	}
	n, err := io.Copy(z, from)
	if err != nil {
		return err
	}
	if n != size {
		return errSizeChanged
	}
	return z.Close()
}

var errSizeChanged = errors.New("the size changed")

func (w *packWriter) deflater(level int, to io.Writer) (*zlib.Writer, error) {
	if z := w.deflate[level]; z != nil {
		z.Reset(to)
		return z, nil
	}
	z, err := zlib.NewWriterLevel(to, level)
	w.deflate[level] = z
	return z, err
}

// entryHeader is the type and size of an object, seven bits a byte after the
// first.
func entryHeader(kind plumbing.ObjectType, size int64) []byte {
	first := byte(kind)<<4 | byte(size&0x0f)
	size >>= 4
	var head []byte
	for size > 0 {
		head = append(head, first|0x80)
		first = byte(size & 0x7f)
		size >>= 7
	}
	return append(head, first)
}

// incompressible decides by a sample whether deflating is worth its time.
func incompressible(sample []byte) bool {
	var out bytes.Buffer
	z, err := zlib.NewWriterLevel(&out, packLevel)
	if err != nil {
		return false
	}
	z.Write(sample)
	z.Close()
	return out.Len() > len(sample)*95/100
}

// checkpoint is a place in the pack that can be gone back to.
type checkpoint struct {
	offset int64
	sum    []byte
}

func (w *packWriter) mark() (checkpoint, error) {
	sum, err := w.sum.(encoding.BinaryMarshaler).MarshalBinary()
	return checkpoint{w.offset, sum}, err
}

// rollBack forgets everything written after the checkpoint.
func (w *packWriter) rollBack(c checkpoint) error {
	if err := w.out.Flush(); err != nil {
		return err
	}
	if err := w.file.Truncate(c.offset); err != nil {
		return err
	}
	if _, err := w.file.Seek(c.offset, io.SeekStart); err != nil {
		return err
	}
	w.offset = c.offset
	return w.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(c.sum)
}

// addFile streams a file as a blob and returns its hash. A file that changes
// meanwhile is read once more; the error is then ErrChanged.
func (w *packWriter) addFile(ctx context.Context, file string) (Hash, error) {
	for range 2 {
		c, err := w.mark()
		if err != nil {
			return Hash{}, err
		}
		h, crc, err := w.streamFile(ctx, file)
		if err == nil && !w.seen[h] {
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
	f, err := os.Open(file)
	if err != nil {
		return Hash{}, 0, err
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return Hash{}, 0, err
	}
	sample := make([]byte, sampleSize)
	n, err := io.ReadFull(f, sample)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Hash{}, 0, err
	}
	level := packLevel
	if n == sampleSize && incompressible(sample) {
		level = storedLevel
	}
	sum := sha1.New()
	fmt.Fprintf(sum, "blob %d\x00", before.Size())
	content := io.TeeReader(contextReader{ctx, io.MultiReader(bytes.NewReader(sample[:n]), f)}, sum)
	e := &entryWriter{w: w}
	if err := w.entry(e, plumbing.BlobObject, before.Size(), level, content); err != nil {
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

func sameFileState(before, after os.FileInfo) bool {
	return after.Size() == before.Size() && after.ModTime().Equal(before.ModTime())
}
