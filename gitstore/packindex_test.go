package gitstore

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// writeIndex writes the index of a pack with objects of given names, each at
// the offset that is its number.
func writeIndex(t testing.TB, names []Hash) *packIndex {
	t.Helper()
	slices.SortFunc(names, func(a, b Hash) int { return slices.Compare(a[:], b[:]) })
	data := []byte("\xfftOc\x00\x00\x00\x02")
	before := 0
	for first := range 256 {
		for before < len(names) && int(names[before][0]) <= first {
			before++
		}
		data = binary.BigEndian.AppendUint32(data, uint32(before))
	}
	for _, h := range names {
		data = append(data, h[:]...)
	}
	data = append(data, make([]byte, 4*len(names))...)
	for i := range names {
		data = binary.BigEndian.AppendUint32(data, uint32(i))
	}
	data = append(data, make([]byte, 2*hashSize)...)
	base := filepath.Join(t.TempDir(), "pack-x")
	for name, content := range map[string][]byte{".idx": data, ".pack": make([]byte, len(names)+1)} {
		if err := os.WriteFile(base+name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := openPackIndex(base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.close() })
	return p
}

// Every name of an index is found, and none that is not there, whether the
// names are spread evenly or crowd together.
func TestFindInLargeIndexes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(fixed int) (h Hash) {
		for i := fixed; i < len(h); i++ {
			h[i] = byte(random.Uint32())
		}
		return h
	}
	for _, c := range []struct{ names, fixed int }{{1, 0}, {300, 1}, {5_000, 0}, {5_000, 2}, {40_000, 1}, {200_000, 0}, {3_000, 5}} {
		var names []Hash
		for i := range c.names {
			fixed := c.fixed
			if i%1000 == 0 {
				fixed = 0 // some that do not crowd with the others
			}
			names = append(names, draw(fixed))
		}
		p := writeIndex(t, names)
		for i, h := range names {
			if at, ok := p.find(h); !ok || at != int64(i) {
				t.Fatalf("name %d of %d is at %d, %v", i, c.names, at, ok)
			}
		}
		for range 2000 {
			if at, ok := p.find(draw(c.fixed)); ok {
				t.Fatalf("a name that is not there is at %d", at)
			}
		}
	}
}

func BenchmarkFindAmong1000000(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	names := make([]Hash, 1_000_000)
	for i := range names {
		for j := range names[i] {
			names[i][j] = byte(random.Uint32())
		}
	}
	p := writeIndex(b, names)
	i := 0
	for b.Loop() {
		if _, ok := p.find(names[i%len(names)]); !ok {
			b.Fatal("a name is lost")
		}
		i += 7919
	}
}
