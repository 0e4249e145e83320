package journal

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
)

// pageSize is what file systems copy at once at least: a write that does not
// cross a multiple of it is never seen in part.
const pageSize = 4096

// writeFile is what direct needs of a file; tests put broken ones in its place.
type writeFile interface {
	io.WriterAt
	io.Seeker
	Truncate(size int64) error
	Sync() error
	Stat() (os.FileInfo, error)
	Close() error
}

// direct writes each frame with write(2).
type direct struct {
	f    writeFile
	file *os.File
	buf  []byte
	full bool
	torn bool // bytes after the data could not be taken away
}

func newDirect(f *os.File) *direct { return &direct{f: f, file: f} }

func (d *direct) put(off int64, word uint64, fixed, payload []byte) error {
	if d.torn {
		if err := d.f.Truncate(off); err != nil {
			return err
		}
		d.torn = false
	}
	// Writing behind the end of a file that was cut would leave zeros before
	// the frame, where readers stop. Asking for the end is cheaper than Stat,
	// after which the next write has to record a new time.
	if have, err := d.f.Seek(0, io.SeekEnd); err == nil && have < off {
		return errFault
	}
	size := frameSize(len(fixed), len(payload))
	d.buf = binary.LittleEndian.AppendUint64(d.buf[:0], word)
	d.buf = append(d.buf, fixed...)
	d.buf = append(d.buf, payload...)
	for int64(len(d.buf)) < size {
		d.buf = append(d.buf, 0)
	}
	err := d.write(off)
	d.full = err != nil
	if err != nil {
		d.torn = d.f.Truncate(off) != nil
	}
	if cap(d.buf) > 1<<20 {
		d.buf = nil
	}
	return err
}

// write writes the frame, its word last where a reader could see it in part.
func (d *direct) write(off int64) error {
	if off/pageSize == (off+int64(len(d.buf))-1)/pageSize {
		_, err := d.f.WriteAt(d.buf, off)
		return err
	}
	if _, err := d.f.WriteAt(d.buf[wordSize:], off+wordSize); err != nil {
		return err
	}
	_, err := d.f.WriteAt(d.buf[:wordSize], off)
	return err
}

func (d *direct) fits(int64, int64) bool { return !d.full }
func (d *direct) wants(int64) bool       { return false }
func (d *direct) prepare(sync.Locker)    {}
func (d *direct) sync() error            { return d.f.Sync() }
func (d *direct) content() *os.File      { return d.file }

func (d *direct) state() (uint64, int64, error) {
	info, err := d.f.Stat()
	if err != nil {
		return 0, 0, err
	}
	return linkCount(info), info.Size(), nil
}

func (d *direct) finish(end int64) error {
	if end < 0 {
		return d.f.Close()
	}
	return errors.Join(d.f.Truncate(end), d.f.Sync(), d.f.Close())
}
