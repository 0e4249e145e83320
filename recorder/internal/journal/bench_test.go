package journal

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

// inParallel runs b.N calls of add on n goroutines.
func inParallel(b *testing.B, n int, add func(goroutine, i int)) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	var wait sync.WaitGroup
	for g := range n {
		wait.Go(func() {
			for i := g; i < b.N; i += n {
				add(g, i)
			}
		})
	}
	wait.Wait()
}

var benchNames = []string{"train/loss", "train/accuracy", "val/loss", "val/accuracy", "lr", "grad/norm", "time/step", "memory"}

func BenchmarkScalar(b *testing.B) {
	for _, goroutines := range []int{1, 8} {
		suffix := map[int]string{1: "/1", 8: "/8"}[goroutines]
		b.Run("byHandle"+suffix, func(b *testing.B) {
			benchWriter(b, goroutines, false, false)
		})
		b.Run("byName"+suffix, func(b *testing.B) {
			benchWriter(b, goroutines, true, false)
		})
		b.Run("direct"+suffix, func(b *testing.B) {
			benchWriter(b, goroutines, false, true)
		})
		b.Run("bufio"+suffix, func(b *testing.B) { benchBuffered(b, goroutines) })
		b.Run("write2"+suffix, func(b *testing.B) { benchWrite(b, goroutines) })
	}
}

func benchWriter(b *testing.B, goroutines int, byName, direct bool) {
	w := newWriter(b, direct)
	ids := make([]uint32, len(benchNames))
	for i, name := range benchNames {
		ids[i] = w.Series(name)
	}
	inParallel(b, goroutines, func(g, i int) {
		if byName {
			w.ScalarNamed(benchNames[g], float64(i), int64(i))
		} else {
			w.Scalar(ids[g], float64(i), int64(i))
		}
	})
	b.StopTimer()
	if err := w.Close(); err != nil || w.Dropped() > 0 {
		b.Fatal(err, w.Dropped())
	}
}

// record is what the two ways beside the journal write: the same 24 bytes
// without a checksum.
func record(dst []byte, g, i int, start time.Time) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, uint64(g))
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(float64(i)))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(i))
	return binary.LittleEndian.AppendUint32(dst, uint32(time.Since(start)/time.Millisecond))
}

// benchBuffered loses what was not flushed when the program is killed.
func benchBuffered(b *testing.B, goroutines int) {
	f, err := os.Create(filepath.Join(b.TempDir(), "f"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var mu sync.Mutex
	out, start, stop := bufio.NewWriterSize(f, 64<<10), time.Now(), make(chan struct{})
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				mu.Lock()
				out.Flush()
				mu.Unlock()
			}
		}
	}()
	var buf [24]byte
	inParallel(b, goroutines, func(g, i int) {
		mu.Lock()
		out.Write(record(buf[:0], g, i, start))
		mu.Unlock()
	})
	close(stop)
}

func benchWrite(b *testing.B, goroutines int) {
	f, err := os.Create(filepath.Join(b.TempDir(), "f"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var mu sync.Mutex
	start := time.Now()
	var buf [24]byte
	inParallel(b, goroutines, func(g, i int) {
		mu.Lock()
		f.Write(record(buf[:0], g, i, start))
		mu.Unlock()
	})
}

// BenchmarkRead reads 10,000,000 points.
func BenchmarkRead(b *testing.B) {
	const points = 10_000_000
	w := newWriter(b, false)
	id := w.Series("loss")
	for i := range points {
		w.Scalar(id, float64(i), int64(i))
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("Scalars", func(b *testing.B) {
		for b.Loop() {
			n, sum := 0, 0.0
			r, err := Open(w.Path())
			if err != nil {
				b.Fatal(err)
			}
			for err == nil {
				_, err = r.Scalars(func(_ uint32, _ int64, _ time.Duration, v float64) { n++; sum += v })
			}
			if n != points || err != io.EOF {
				b.Fatal(n, err)
			}
			r.Close()
			runtime.KeepAlive(sum)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/points, "ns/point")
	})
	b.Run("Next", func(b *testing.B) {
		for b.Loop() {
			n := 0
			r, err := Open(w.Path())
			if err != nil {
				b.Fatal(err)
			}
			for err == nil {
				_, err = r.Next()
				n++
			}
			if n != points+2 || err != io.EOF {
				b.Fatal(n, err)
			}
			r.Close()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/points, "ns/point")
	})
}

// BenchmarkSmallRun begins a journal, adds ten values and ends it.
func BenchmarkSmallRun(b *testing.B) {
	for _, way := range []string{"mapped", "direct"} {
		b.Run(way, func(b *testing.B) {
			folder := b.TempDir()
			for b.Loop() {
				w, err := create(folder, newHeader(), way == "direct")
				if err != nil {
					b.Fatal(err)
				}
				id := w.Series("loss")
				for i := range 10 {
					w.Scalar(id, 1, int64(i))
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
