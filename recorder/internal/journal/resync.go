package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// searchWork bounds the bytes hashed in search of whole frames, over all of a
// reader's life: 8 times the file and this many.
const searchWork = 64 << 20

// settleTime is how long a reader waits before it calls the last frame of a
// journal damaged.
const settleTime = 20 * time.Millisecond

// settle looks once more at damage at r.off, and for a while where no whole
// frame is behind it. A writer that uses write(2) stores the word of a frame
// that crosses a page by itself, and the kernel copies its bytes one after the
// other: for a moment, or longer if the writer is interrupted then, a part of
// it can be seen. It gives the frame, or the place of the next one and what is
// wrong.
func (r *Reader) settle(cause error) (Frame, int64, int64, error) {
	next, err := r.search(r.off + wordSize)
	if err != nil {
		return Frame{}, 0, -1, err
	}
	wait := r.off >= pageSize/2 && r.told != r.off && next < 0
	for deadline := time.Now().Add(settleTime); ; time.Sleep(time.Millisecond) {
		// Also with a whole frame behind: it may have come since, and then this
		// one is whole by now.
		f, size, err := r.parse(r.off)
		if !errors.Is(err, errDamage) {
			return f, size, -1, err
		}
		if !wait || time.Now().After(deadline) {
			return Frame{}, 0, next, cause
		}
	}
}

// skip goes on at the next whole frame after damage at r.off. Where there is
// none the journal ends at the damage, which is told once: what follows cannot
// be told from garbage.
func (r *Reader) skip(cause error, next int64) error {
	at := r.off
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
