package gitstore

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// finish makes the pack durable under its final name and returns that name
// without ending. A .keep file stands beside it until release: git gc then
// leaves the pack alone although no ref reaches it yet.
func (w *packWriter) finish() (name string, err error) {
	trailer, err := w.trailer()
	if err != nil {
		return "", err
	}
	if _, err := w.file.Write(trailer); err != nil {
		return "", err
	}
	// Two processes that write the same commit must not have one pack: the one
	// that loses the race for the ref takes its own away again.
	name = filepath.Base(w.file.Name())
	unique := sha1.Sum(append([]byte(name), trailer...))
	base := filepath.Join(w.dir, "pack-"+hex.EncodeToString(unique[:]))
	if err := writeNew(base+".keep", nil, 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	tmp := w.file.Name()
	index := tmp[:len(tmp)-len(".pack")] + ".idx"
	indexed := make(chan error, 1)
	go func() { indexed <- writeNew(index, w.index(trailer), w.mode) }()
	err = errors.Join(w.file.Chmod(w.mode), w.file.Sync(), w.file.Close())
	if err = errors.Join(<-indexed, err); err != nil {
		return "", err
	}
	// The index goes last: a pack without one is invisible to git.
	if err := os.Rename(tmp, base+".pack"); err != nil {
		return "", err
	}
	if err := os.Rename(index, base+".idx"); err != nil {
		return "", err
	}
	return base, syncDir(w.dir)
}

// trailer ends the stream: it mends the count in the header where fewer
// objects came than were expected, which costs reading the pack once more.
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
	_, err := io.Copy(sum, io.NewSectionReader(w.file, 0, w.offset))
	return sum.Sum(nil), err
}

// index is the pack's index: version 2 of git's gitformat-pack.
func (w *packWriter) index(packSum []byte) []byte {
	slices.SortFunc(w.entries, func(a, b packEntry) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	out := []byte{0xff, 't', 'O', 'c', 0, 0, 0, 2}
	out = append(out, w.fanout()...)
	for _, e := range w.entries {
		out = append(out, e.hash[:]...)
	}
	for _, e := range w.entries {
		out = binary.BigEndian.AppendUint32(out, e.crc)
	}
	var large []byte
	for _, e := range w.entries {
		if e.offset < 1<<31 {
			out = binary.BigEndian.AppendUint32(out, uint32(e.offset))
			continue
		}
		out = binary.BigEndian.AppendUint32(out, 1<<31|uint32(len(large)/8))
		large = binary.BigEndian.AppendUint64(large, uint64(e.offset))
	}
	out = append(out, large...)
	out = append(out, packSum...)
	sum := sha1.Sum(out)
	return append(out, sum[:]...)
}

func (w *packWriter) fanout() []byte {
	var counts [256]uint32
	for _, e := range w.entries {
		counts[e.hash[0]]++
	}
	var out []byte
	total := uint32(0)
	for _, n := range counts {
		total += n
		out = binary.BigEndian.AppendUint32(out, total)
	}
	return out
}

// discard removes what an unfinished pack left.
func (w *packWriter) discard() {
	tmp := w.file.Name()
	w.file.Close()
	os.Remove(tmp)
	os.Remove(tmp[:len(tmp)-len(".pack")] + ".idx")
}

// removePack takes back a finished pack whose ref could not be written. The
// index goes first, so that nobody sees half of it.
func removePack(base string) {
	os.Remove(base + ".idx")
	os.Remove(base + ".pack")
	os.Remove(base + ".keep")
}

// writeNew writes a durable file that must not exist.
func writeNew(name string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write %q: %w", name, err)
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
