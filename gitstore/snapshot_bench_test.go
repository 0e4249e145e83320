package gitstore

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// benchRepository is a committed work tree of n files, 50 a folder, whose
// index is older than no file, as after some work.
func benchRepository(b *testing.B, n int) string {
	b.Helper()
	dir := gitstoretest.Init(b)
	for i := range n {
		gitstoretest.Write(b, dir, fmt.Sprintf("package%d/module%d/source-%d.py", i/1000, i/50%20, i), fmt.Sprintf("%d\n%0800d\n", i, i))
	}
	gitstoretest.Write(b, dir, ".gitignore", "*.pyc\n__pycache__/\n/build/\n*.log\n")
	gitstoretest.Write(b, dir, ".gitattributes", "*.png binary\n*.bin -text\n")
	gitstoretest.Git(b, dir, "add", "-A")
	gitstoretest.Git(b, dir, "commit", "-qm", "all")
	gitstoretest.Git(b, dir, "gc", "-q")
	later := time.Now().Add(2 * time.Second)
	check(b, os.Chtimes(filepath.Join(dir, ".git", "index"), later, later))
	gitstoretest.Write(b, dir, "package0/module0/source-0.py", "edited\n")
	return dir
}

// BenchmarkSnapshot takes a warm snapshot of a work tree with one edited file,
// beside what git needs for the same tree and beside a bare walk. The ratios
// are of medians of the same run.
func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("files=%d", n), func(b *testing.B) {
			dir := benchRepository(b, n)
			store, repo := openStore(b, dir)
			index := filepath.Join(b.TempDir(), "index")
			var ours, git, walk []time.Duration
			var tree string
			for b.Loop() {
				ours = append(ours, timed(func() {
					s, err := store.Snapshot(b.Context(), repo, dir, SnapshotOptions{})
					check(b, err)
					tree = s.Tree.String()
				}))
				if len(git) < 9 {
					git = append(git, timed(func() {
						if got := gitSnapshot(b, dir, index); got != tree {
							b.Fatalf("git's tree is %s, ours %s", got, tree)
						}
					}))
				}
				walk = append(walk, timed(func() { bareWalk(b, dir) }))
			}
			us := median(ours)
			b.ReportMetric(us.Seconds()*1000, "snapshot-ms")
			b.ReportMetric(median(git).Seconds()*1000, "git-ms")
			b.ReportMetric(median(walk).Seconds()*1000, "walk-ms")
			b.ReportMetric(float64(us)/float64(median(git)), "x-git")
			b.ReportMetric(float64(us)/float64(median(walk)), "x-walk")
		})
	}
}

func timed(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}

func median(d []time.Duration) time.Duration {
	sortBy(d, func(d time.Duration) time.Duration { return d })
	return d[len(d)/2]
}

func gitSnapshot(b *testing.B, dir, index string) string {
	data, err := os.ReadFile(filepath.Join(dir, ".git", "index"))
	check(b, err)
	check(b, os.WriteFile(index, data, 0o644))
	var tree []byte
	for _, args := range [][]string{{"add", "-A"}, {"write-tree"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_INDEX_FILE="+index)
		tree, err = cmd.Output()
		check(b, err)
	}
	return string(tree[:40])
}

func bareWalk(b *testing.B, dir string) {
	check(b, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".git" {
			return filepath.SkipDir
		}
		_, err = os.Lstat(path)
		return err
	}))
}
