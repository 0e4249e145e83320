package record

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/klauspost/compress/zlib"
)

// deflated is the size that git's zlib gives data.
func deflated(data []byte) int {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.DefaultCompression)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Len()
}

// training adds points such as a training logs: a noisy loss that falls.
func training(b *Builder, names []string, perName int) {
	random := rand.New(rand.NewPCG(1, 2))
	handles := make([]*Series, len(names))
	for i, name := range names {
		handles[i] = b.Series(name)
	}
	for i := range perName {
		for j, s := range handles {
			at := time.Duration(i)*3*time.Millisecond + time.Duration(j)*time.Microsecond
			loss := math.Exp(-float64(i)/float64(perName))*2 + random.NormFloat64()*0.05
			s.Add(int64(i), at, float64(float32(loss)))
		}
	}
}

func series1500() []string {
	names := make([]string, 1500)
	for i := range names {
		names[i] = fmt.Sprintf("layer%03d/grad_norm", i)
	}
	return names
}

// BenchmarkEncode10M turns 10,000,000 points into chunks; B/point is after
// zlib, heapMB what the points take in the builder before they are written.
func BenchmarkEncode10M(b *testing.B) {
	const n = 10_000_000
	values := make([]float64, n)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range values {
		values[i] = float64(float32(math.Exp(-float64(i)/n)*2 + random.NormFloat64()*0.05))
	}
	size, held := 0, uint64(0)
	for b.Loop() {
		builder := NewBuilder()
		s := builder.Series("loss")
		for i, v := range values {
			s.Add(int64(i), time.Duration(i)*3*time.Millisecond, v)
		}
		size = 0
		held = max(held, heap(b))
		err := builder.EachChunk(func(c Chunk) error {
			b.StopTimer()
			size += deflated(c.Data)
			b.StartTimer()
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size)/n, "B/point")
	b.ReportMetric(float64(held)/1e6-8*n/1e6, "heapMB")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/point")
}

func heap(b *testing.B) uint64 {
	b.StopTimer()
	defer b.StartTimer()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkAdd is one point into a builder.
func BenchmarkAdd(b *testing.B) {
	builder := NewBuilder()
	i := int64(0)
	for b.Loop() {
		builder.Add("loss", i, time.Duration(i)*time.Millisecond, float64(i))
		i++
	}
}

func BenchmarkDecode10M(b *testing.B) {
	const n = 10_000_000
	builder := NewBuilder()
	training(builder, []string{"loss"}, n)
	chunks := builder.Chunks()
	builder = nil
	runtime.GC()
	b.ReportAllocs()
	for b.Loop() {
		points := 0
		for _, c := range chunks {
			columns, err := DecodeChunk(c.Data, "loss")
			if err != nil {
				b.Fatal(err)
			}
			for _, column := range columns {
				points += len(column.Steps)
			}
		}
		if points != n {
			b.Fatal(points)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/point")
}

func BenchmarkOpenIndex1500(b *testing.B) {
	builder := NewBuilder()
	training(builder, series1500(), 1000)
	data := EncodeIndex(builder.Index())
	b.ReportAllocs()
	for b.Loop() {
		if scalars, err := DecodeIndex(data); err != nil || len(scalars) != 1500 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(data)), "bytes")
	b.ReportMetric(float64(deflated(data)), "zlibbytes")
}

// BenchmarkOneOf1500 reads one scalar of 1,000 points out of 1,500.
func BenchmarkOneOf1500(b *testing.B) {
	builder := NewBuilder()
	training(builder, series1500(), 1000)
	chunks := builder.Chunks()
	s := builder.Index()[700]
	b.ReportAllocs()
	for b.Loop() {
		columns, err := DecodeChunk(chunks[s.Chunk].Data, s.Name)
		if err != nil || len(columns) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode1000Runs(b *testing.B) {
	data := EncodeRun(goldenRun())
	b.ReportAllocs()
	for b.Loop() {
		for range 1000 {
			if _, err := DecodeRun(data); err != nil {
				b.Fatal(err)
			}
		}
	}
}
