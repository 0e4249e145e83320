package gitstore_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// A small run, eleven objects, made durable; and the same by git fast-import.
func BenchmarkCommitSmallRun(b *testing.B) {
	dir := gitstoretest.New(b)
	s := open(b, dir)
	n := 0
	for b.Loop() {
		n++
		ref := fmt.Sprintf("refs/exprec/a%07d", n)
		if _, err := s.Commit(b.Context(), gitstore.Commit{Ref: ref, Tree: smallRun(ref), Author: someone(), Message: "a run"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFastImportSmallRun(b *testing.B) {
	dir := gitstoretest.New(b)
	n := 0
	for b.Loop() {
		n++
		var in strings.Builder
		fmt.Fprintf(&in, "commit refs/exprec/b%07d\ncommitter Ada <ada@example.org> 1700000000 +0000\ndata 5\na run\n", n)
		for _, name := range []string{"run.msgpack", "params.msgpack", "scalars.msgpack", "scalars/0000.msgpack", "packages.txt", "output/stdout.txt", "files/model"} {
			content := fmt.Sprint(name, " ", n)
			fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", name, len(content), content)
		}
		gitstoretest.GitInput(b, dir, in.String(), "-c", "core.fsync=committed", "fast-import", "--quiet")
	}
}

// A large file; EXPREC_BENCH_MIB is its size in MiB.
func BenchmarkCommitLargeFile(b *testing.B) {
	size := 64
	fmt.Sscan(os.Getenv("EXPREC_BENCH_MIB"), &size)
	for _, kind := range []string{"random", "text"} {
		b.Run(kind, func(b *testing.B) {
			dir := gitstoretest.New(b)
			file := filepath.Join(b.TempDir(), "large")
			writeLarge(b, file, size, kind == "random")
			s := open(b, dir)
			b.SetBytes(int64(size) << 20)
			n := 0
			for b.Loop() {
				n++
				tree := gitstore.NewTree()
				tree.AddFile("files/large", file, false)
				ref := fmt.Sprint("refs/exprec/", n)
				if _, err := s.Commit(b.Context(), gitstore.Commit{Ref: ref, Tree: tree, Author: someone()}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func writeLarge(b *testing.B, file string, mib int, random bool) {
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	source := rand.NewChaCha8([32]byte{1})
	piece := make([]byte, 1<<20)
	for range mib {
		source.Read(piece)
		if !random {
			text := piece[:0]
			for len(text) < 1<<20-40 {
				text = fmt.Appendf(text, "step %d loss %d\n", len(text), source.Uint64()%100000)
			}
		}
		if _, err := f.Write(piece); err != nil {
			b.Fatal(err)
		}
	}
}

// Opening a run of one among many: ref, commit, tree and one blob.
func BenchmarkReadRun(b *testing.B) {
	dir := gitstoretest.New(b)
	s := open(b, dir)
	var tips []gitstore.Hash
	for n := range 200 {
		ref := fmt.Sprintf("refs/exprec/a%07d", n)
		h, err := s.Commit(b.Context(), gitstore.Commit{Ref: ref, Tree: smallRun(ref), Author: someone()})
		if err != nil {
			b.Fatal(err)
		}
		tips = append(tips, h)
	}
	n := 0
	for b.Loop() {
		n++
		info, err := s.ReadCommit(tips[n%len(tips)])
		if err != nil {
			b.Fatal(err)
		}
		e, err := s.Lookup(info.Tree, "run.msgpack")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.ReadBlob(e.Hash, 1<<20); err != nil {
			b.Fatal(err)
		}
	}
}
