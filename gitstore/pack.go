package gitstore

import (
	"bufio"
	"bytes"
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

// The pack format is that of git's gitformat-pack: version 2, without deltas.
const (
	packVersion = 2
	sampleSize  = 64 << 10 // bytes of a large object that decide whether it is compressed
	packBuffer  = 256 << 10
	packLevel   = zlib.BestSpeed
	storedLevel = zlib.NoCompression
)

// packWriter streams objects into one pack. Its header holds the count that
// was expected; finish mends it in the rare case that it turned out different.
type packWriter struct {
	unfinished string   // path without ending while it is written
	base       string   // path without ending when it is finished
	file       *os.File // locked for as long as the commit is at work
	out        *bufio.Writer
	sum        hash.Hash // of everything written so far
	offset     int64
	expected   int
	mode       os.FileMode
	entries    []packEntry
	seen       map[Hash]bool
	deflate    map[int]*zlib.Writer // by level
}

type packEntry struct {
	hash   Hash
	offset int64
	crc    uint32
}

// newPack begins a pack. Its name is drawn and not made from its content: of
// two commits that write the same objects each has a pack of its own, and may
// remove it.
func newPack(dir string, expected int, mode os.FileMode) (*packWriter, error) {
	var id [hashSize]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	name := hex.EncodeToString(id[:])
	w := &packWriter{
		unfinished: filepath.Join(dir, newPackPrefix+name), base: filepath.Join(dir, packPrefix+name),
		sum: sha1.New(), expected: expected, mode: mode, seen: map[Hash]bool{}, deflate: map[int]*zlib.Writer{},
	}
	var err error
	w.file, err = os.OpenFile(w.unfinished+newPackEnd, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	lockFile(w.file) // where there are no locks, the age decides alone
	w.out = bufio.NewWriterSize(w.file, packBuffer)
	return w, w.write(packHeader(expected))
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
	at := w.offset
	e := &entryWriter{w: w}
	if err := w.entry(e, kind, int64(len(data)), level(data), bytes.NewReader(data)); err != nil {
		return err
	}
	w.note(h, at, e.crc)
	return nil
}

func (w *packWriter) note(h Hash, at int64, crc uint32) {
	w.seen[h] = true
	w.entries = append(w.entries, packEntry{hash: h, offset: at, crc: crc})
}

// errSizeChanged is said of a file whose size or time is not what it was.
var errSizeChanged = errors.New("it changed")

// entry writes the header and the deflated bytes of one object.
func (w *packWriter) entry(e *entryWriter, kind plumbing.ObjectType, size int64, level int, from io.Reader) error {
	if _, err := e.Write(entryHeader(kind, size)); err != nil {
		return err
	}
	z, err := w.deflater(level, e)
	if err != nil {
		return err
	}
	n, err := copyAll(z, io.LimitReader(from, size+1), size)
	if err != nil {
		return err
	}
	if n != size {
		return errSizeChanged
	}
	return z.Close()
}

// copyAll is io.Copy in pieces that deflate likes, and no larger than is needed
// for what is expected: most objects are small.
func copyAll(to io.Writer, from io.Reader, expected int64) (int64, error) {
	buffer := make([]byte, max(1, min(64<<10, expected+1)))
	return io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, buffer)
}

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

// level decides by the beginning of an object whether deflating is worth its
// time.
func level(data []byte) int {
	if len(data) < sampleSize {
		return packLevel
	}
	var out bytes.Buffer
	z, err := zlib.NewWriterLevel(&out, packLevel)
	if err != nil {
		return packLevel
	}
	z.Write(data[:sampleSize])
	z.Close()
	if out.Len() > sampleSize*95/100 {
		return storedLevel
	}
	return packLevel
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

// finish makes the pack durable under its final name. A .keep file stands
// beside it until release: git gc then leaves the pack alone although no ref
// reaches it yet.
func (w *packWriter) finish(h Hash, ref string) error {
	trailer, err := w.trailer()
	if err != nil {
		return err
	}
	if _, err := w.file.Write(trailer); err != nil {
		return err
	}
	if err := os.WriteFile(w.base+keepEnd, keepText(h, ref), 0o600); err != nil {
		return err
	}
	indexed := make(chan error, 1)
	go func() { indexed <- writeNew(w.unfinished+newIndexEnd, encodeIndex(w.entries, trailer), w.mode) }()
	err = errors.Join(w.file.Chmod(w.mode), w.file.Sync())
	if err = errors.Join(<-indexed, err); err != nil {
		return err
	}
	// The index goes last: a pack without one is invisible to git.
	if err := os.Rename(w.unfinished+newPackEnd, w.base+".pack"); err != nil {
		return err
	}
	if err := os.Rename(w.unfinished+newIndexEnd, w.base+".idx"); err != nil {
		return err
	}
	return syncDir(filepath.Dir(w.base))
}

// trailer ends the stream: it mends the count in the header where other than
// the expected objects came, which costs reading the pack once more.
func (w *packWriter) trailer() ([]byte, error) {
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	if len(w.entries) == w.expected {
		return w.sum.Sum(nil), nil
	}
	if _, err := w.file.WriteAt(packHeader(len(w.entries)), 0); err != nil {
		return nil, err
	}
	sum := sha1.New()
	_, err := copyAll(sum, io.NewSectionReader(w.file, 0, w.offset), w.offset)
	return sum.Sum(nil), err
}

// release lets go of a pack that a ref reaches.
func (w *packWriter) release() error {
	err := os.Remove(w.base + keepEnd)
	w.file.Close()
	if err != nil {
		return fmt.Errorf("let go of the pack: %w", err)
	}
	return nil
}

// discard removes what there is of a pack that gets no ref.
func (w *packWriter) discard() {
	os.Remove(w.unfinished + newIndexEnd)
	os.Remove(w.unfinished + newPackEnd)
	removePack(w.base)
	w.file.Close()
}

// removePack takes back a finished pack. The index goes first, so that nobody
// sees half of it, and the guard last.
func removePack(base string) {
	os.Remove(base + ".idx")
	os.Remove(base + ".pack")
	os.Remove(base + promisorEnd)
	os.Remove(base + keepEnd)
}
