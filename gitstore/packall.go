package gitstore

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// addAll writes objects that are in memory, but for those that the pack has.
// There may be very many small ones, so they are deflated on every processor.
func (w *packWriter) addAll(objects []NewObject) error {
	var fresh []NewObject
	for _, o := range objects {
		if !w.seen[o.Hash] {
			w.seen[o.Hash] = true
			fresh = append(fresh, o)
		}
	}
	parts := slices.Collect(slices.Chunk(fresh, len(fresh)/runtime.GOMAXPROCS(0)+1))
	packed, errs := make([]packPart, len(parts)), make([]error, len(parts))
	var group sync.WaitGroup
	for i, part := range parts {
		group.Go(func() { errs[i] = packed[i].pack(part) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i := range packed {
		at := w.offset
		if err := w.write(packed[i].data.Bytes()); err != nil {
			return err
		}
		for _, e := range packed[i].entries {
			w.note(e.hash, at+e.offset, e.crc)
		}
	}
	return nil
}

// packPart is a part of a pack that is still in memory.
type packPart struct {
	data    bytes.Buffer
	entries []packEntry
}

func (p *packPart) pack(objects []NewObject) error {
	w := &packWriter{out: bufio.NewWriter(&p.data), sum: sha1.New(), seen: map[Hash]bool{}, deflate: map[int]*zlib.Writer{}}
	for _, o := range objects {
		if err := w.add(o.Type, o.Hash, o.Data); err != nil {
			return err
		}
	}
	p.entries = w.entries
	return w.out.Flush()
}
