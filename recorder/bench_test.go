package recorder_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/exprec/exprec/recorder"
)

func BenchmarkAddScalar(b *testing.B) {
	e := recorder.Start(recorder.Options{Dir: b.TempDir(), Quiet: true, NoSource: true})
	defer e.Finish()
	b.Run("by name", func(b *testing.B) {
		b.ReportAllocs()
		for step := 0; b.Loop(); step++ {
			e.AddScalar("train/loss", float64(step), step)
		}
	})
	b.Run("by handle", func(b *testing.B) {
		b.ReportAllocs()
		loss := e.Scalar("train/loss")
		for step := 0; b.Loop(); step++ {
			loss.Add(float64(step), step)
		}
	})
	b.Run("8 goroutines", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			loss := e.Scalar("train/loss")
			for step := 0; pb.Next(); step++ {
				loss.Add(float64(step), step)
			}
		})
	})
}

// BenchmarkStartFinish records a small run in a repository of 1,000 files,
// beside what git needs for a snapshot alone.
func BenchmarkStartFinish(b *testing.B) {
	dir := manyFiles(b, 1000)
	b.Run("exprec", func(b *testing.B) {
		for b.Loop() {
			e := recorder.Start(recorder.Options{Dir: dir, Quiet: true})
			e.SetParameter("lr", 0.1)
			e.AddScalar("loss", 1, 0)
			e.Finish()
			if err := e.Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("git add and write-tree", func(b *testing.B) {
		index := filepath.Join(b.TempDir(), "index")
		for b.Loop() {
			cmd := exec.Command("sh", "-c", `cp .git/index "$GIT_INDEX_FILE" && git add -A && git write-tree`)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_INDEX_FILE="+index)
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
		}
	})
}

// manyFiles is a repository of n committed files, one of them changed since.
func manyFiles(b *testing.B, n int) string {
	dir := b.TempDir()
	for i := range n {
		file := filepath.Join(dir, "d"+strconv.Itoa(i/20), strconv.Itoa(i)+".txt")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("file "+strconv.Itoa(i)), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	cmd := exec.Command("sh", "-c", `git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm all && echo more >> d0/1.txt`)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return dir
}
