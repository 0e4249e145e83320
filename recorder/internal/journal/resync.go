package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// searchWork bounds the bytes hashed in search of whole frames, over all of a
// reader's life: 8 times the file and this many.
const searchWork = 64 << 20

// skip finds the next whole frame after damage at r.off and makes it the next
// one to read. Where there is none the journal ends at the damage, which is
// told once: what follows cannot be told from garbage.
func (r *Reader) skip(cause error) error {
	at := r.off
	next, err := r.search(at + wordSize)
	if err != nil {
		return fmt.Errorf("cannot read journal %s: %w", r.f.Name(), err)
	}
	if next < 0 {
		if r.told == at {
			return io.EOF
		}
		r.told = at
		if errors.Is(cause, errShort) {
			return fmt.Errorf("%w: journal %s ends inside the frame at byte %d; what is before is whole", ErrTorn, r.f.Name(), at)
		}
	} else {
		r.off = next
	}
	reason := strings.TrimPrefix(cause.Error(), errDamage.Error()+": ")
	return &CorruptError{Path: r.f.Name(), Offset: at, Next: next, Reason: reason}
}

// search gives the place of the first whole frame from off on, -1 where there
// is none or the work for finding it would be out of proportion.
func (r *Reader) search(off int64) (int64, error) {
	info, err := r.f.Stat()
	if err != nil {
		return 0, err
	}
	limit := 8*info.Size() + searchWork
	for ; r.work < limit; off += wordSize {
		b, err := r.bytes(off, wordSize)
		if err != nil {
			return 0, err
		}
		if len(b) < wordSize {
			return -1, nil
		}
		if binary.LittleEndian.Uint64(b) == 0 {
			continue
		}
		_, size, err := r.decode(off)
		if err == nil {
			return off, nil
		}
		if !errors.Is(err, errDamage) {
			return 0, err
		}
		r.work += max(size, wordSize+narrowFixed)
	}
	return -1, nil
}
