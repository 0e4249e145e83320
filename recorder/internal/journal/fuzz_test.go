package journal

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"
)

// readHostile reads a journal to its end in both ways, which must agree, and
// gives the number of frames and of errors. Neither may go on for ever.
func readHostile(t *testing.T, path string, size int) (frames, failures int) {
	t.Helper()
	limit := size/8 + 2
	r, err := Open(path)
	if err != nil {
		return 0, 1
	}
	defer r.Close()
	values := uint64(0)
	for {
		f, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			failures++
			if _, ok := errors.AsType[*CorruptError](err); !ok && !errors.Is(err, ErrTorn) {
				t.Fatal(err)
			}
		} else {
			frames++
			values += math.Float64bits(f.Value)
		}
		if frames+failures > limit {
			t.Fatalf("more than %d frames and errors in %d bytes", limit, size)
		}
	}
	again, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for {
		_, err := again.Scalars(func(_ uint32, _ int64, _ time.Duration, v float64) {
			frames--
			values -= math.Float64bits(v)
		})
		if err == io.EOF {
			break
		}
		if err == nil {
			frames--
		}
	}
	if frames != 0 || values != 0 {
		t.Fatalf("Next gave %d frames more than Scalars", frames)
	}
	return frames, failures
}

// FuzzReader is M12: no file makes the reader panic, wait or invent.
func FuzzReader(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "f.bin")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		readHostile(t, path, len(data))
	})
}

// hostileJournal is a journal of somebody who computes right checksums: each
// frame takes its kind, id and fixed part, and with them any length, from data.
func hostileJournal(data []byte) []byte {
	h := Header{Run: uuid.UUID{1}, Start: time.Unix(0, 0), Host: "evil"}
	file := h.encode(1)
	_, _, sum, _ := decodeHeader(file)
	sums := checksummer{seed: sum}
	for len(data) >= 4 {
		low := binary.LittleEndian.Uint32(data)
		data = data[4:]
		fixed := fixedSize(Kind(low))
		part := make([]byte, fixed)
		data = data[copy(part, data):]
		copy(sums.fixed()[:], part)
		var payload []byte
		if k := Kind(low); k != Scalar && k != ScalarWide {
			length := min(int(binary.LittleEndian.Uint32(part[8:])), len(data))
			payload, data = data[:length], data[length:]
		}
		word := uint64(sums.sum(int64(len(file)), low, fixed, payload))<<32 | uint64(low)
		file = binary.LittleEndian.AppendUint64(file, word)
		file = append(append(file, part...), payload...)
		for len(file)%8 != 0 {
			file = append(file, 0)
		}
	}
	return file
}

// FuzzFrame is M12 behind the checksums.
func FuzzFrame(f *testing.F) {
	f.Add([]byte("\x01\x01\x00\x00xxxxxxxx\x04\x00\x00\x00\x00\x00\x00\x00loss\x02\x01\x00\x00valuevalsteptime"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := hostileJournal(data)
		path := filepath.Join(t.TempDir(), "f.bin")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		readHostile(t, path, len(file))
	})
}

// TestBombs is M8: lengths, ids and search cost memory and time in proportion
// to the file.
func TestBombs(t *testing.T) {
	le := binary.LittleEndian
	long := le.AppendUint32(nil, uint32(Parameter)) // 16 MiB, of which nothing is there
	long = append(le.AppendUint32(append(long, make([]byte, 8)...), MaxPayload), 0, 0, 0, 0)
	far := le.AppendUint32(nil, MaxSeries<<8|uint32(Series)) // 16 million names before it
	far = append(far, make([]byte, 16)...)
	// Every 24 bytes a frame that claims the 4 MiB behind it.
	var claims []byte
	for range 50_000 {
		claims = le.AppendUint64(claims, 1<<32|uint64(Parameter))
		claims = le.AppendUint64(append(claims, make([]byte, 8)...), 4<<20)
	}
	for name, file := range map[string][]byte{
		"long": hostileJournal(long), "far": hostileJournal(far),
		"claims": append(hostileJournal(nil), append(claims, make([]byte, 4<<20)...)...),
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		readHostile(t, path, len(file))
		runtime.ReadMemStats(&after)
		took, memory := time.Since(start), after.TotalAlloc-before.TotalAlloc
		if memory > 64<<20 {
			t.Errorf("%s: %d bytes of memory for a file of %d", name, memory, len(file))
		}
		if took > 10*time.Second {
			t.Errorf("%s: took %v for a file of %d bytes", name, took, len(file))
		}
	}
}
