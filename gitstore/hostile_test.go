package gitstore_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

func TestHostileNamesAreRefusedAndNamed(t *testing.T) {
	dir := gitstoretest.Init(t)
	s := open(t, dir)
	blob := gitstoretest.Object(t, dir, "blob", []byte("x"))
	for _, name := range gitstoretest.HostileNames() {
		tree := gitstoretest.Object(t, dir, "tree", gitstoretest.Entry(t, "100644", name, blob))
		_, err := s.ReadTree(plumbing.NewHash(tree))
		if !errors.Is(err, gitstore.ErrUnsafe) {
			t.Errorf("a tree with the name %q gives %v", name, err)
		}
		if _, err := fs.ReadDir(s.FS(plumbing.NewHash(tree), nil), "."); err == nil {
			t.Errorf("a tree with the name %q is listed", name)
		}
		tip := plumbing.NewHash(gitstoretest.Commit(t, dir, tree))
		if _, findings, err := s.Check(t.Context(), tip); err != nil || len(findings) != 1 || !errors.Is(findings[0].Err, gitstore.ErrUnsafe) {
			t.Errorf("a check of the name %q finds %v, %v", name, findings, err)
		}
	}
}

func TestHostileTreesAndCommitsAreRefused(t *testing.T) {
	dir := gitstoretest.Init(t)
	s := open(t, dir)
	blob := gitstoretest.Object(t, dir, "blob", []byte("x"))
	entry := func(mode, name string) string { return string(gitstoretest.Entry(t, mode, name, blob)) }
	for what, content := range map[string]string{
		"order":       entry("100644", "b") + entry("100644", "a"),
		"twice":       entry("100644", "a") + entry("100644", "a"),
		"both kinds":  entry("100644", "a") + entry("100644", "a.b") + entry("40000", "a"),
		"mode":        entry("100777", "a"),
		"padded mode": entry("040000", "a"),
		"cut":         entry("100644", "a")[:20],
		"no object":   "100644 a\x00" + strings.Repeat("\x00", 20),
	} {
		h := gitstoretest.Object(t, dir, "tree", []byte(content))
		if _, err := s.ReadTree(plumbing.NewHash(h)); !errors.Is(err, gitstore.ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, name := range []string{".gitmodules", ".GITMODULES. ", ".g\u200citmodules", ".gitmodules:x", "gitmod~4", "gi7eba~1", "GI7EB~12"} {
		h := gitstoretest.Object(t, dir, "tree", []byte(entry("120000", name)))
		if _, err := s.ReadTree(plumbing.NewHash(h)); !errors.Is(err, gitstore.ErrUnsafe) {
			t.Errorf("a symbolic link %q gives %v", name, err)
		}
		h = gitstoretest.Object(t, dir, "tree", []byte(entry("100644", name)))
		if _, err := s.ReadTree(plumbing.NewHash(h)); err != nil {
			t.Errorf("a file %q gives %v", name, err)
		}
	}
	who := "Ada <a@b> 1 +0000\n"
	h := gitstoretest.Object(t, dir, "commit", []byte("tree "+gitstoretest.Object(t, dir, "tree", nil)+"\nauthor "+who+"committer "+who+"gpgsig cut"))
	if _, err := s.ReadCommit(plumbing.NewHash(h)); !errors.Is(err, gitstore.ErrCorrupt) {
		t.Errorf("a commit that ends within a header gives %v", err)
	}
	if _, err := s.ReadTree(plumbing.NewHash(blob)); !errors.Is(err, gitstore.ErrCorrupt) {
		t.Errorf("a blob read as a tree gives %v", err)
	}
	if _, err := s.ReadCommit(plumbing.NewHash(blob)); !errors.Is(err, gitstore.ErrCorrupt) {
		t.Errorf("a blob read as a commit gives %v", err)
	}
}

// An object's size is asked for before anything of it is inflated.
func TestBombsAreRefusedBySize(t *testing.T) {
	dir := gitstoretest.Init(t)
	bomb := bytes.Repeat([]byte{0}, 64<<20)
	h := plumbing.NewHash(gitstoretest.Object(t, dir, "blob", bomb))
	s := open(t, dir)
	for _, where := range []string{"loose", "packed"} {
		if where == "packed" {
			gitstoretest.Git(t, dir, "tag", "bomb", h.String())
			gitstoretest.Git(t, dir, "gc", "-q")
		}
		if size, err := s.BlobSize(h); err != nil || size != int64(len(bomb)) {
			t.Errorf("%s: the size is %d, %v", where, size, err)
		}
		allocated := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				if _, err := s.ReadBlob(h, 1<<20); !errors.Is(err, gitstore.ErrTooLarge) {
					b.Fatal(err)
				}
			}
		}).AllocedBytesPerOp()
		if allocated > 1<<20 {
			t.Errorf("%s: %d bytes are allocated to refuse it", where, allocated)
		}
		r, _, err := s.OpenBlob(h)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); n != int64(len(bomb)) || err != nil {
			t.Errorf("%s: streaming gives %d bytes, %v", where, n, err)
		}
		r.Close()
	}
	// A head that announces what the file cannot hold.
	fake := gitstoretest.Object(t, dir, "blob", []byte("small"))
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	fmt.Fprintf(z, "blob %d\x00small", int64(1)<<50)
	z.Close()
	file := filepath.Join(dir, ".git", "objects", fake[:2], fake[2:])
	os.Remove(file)
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadBlob(plumbing.NewHash(fake), 1<<60); !errors.Is(err, gitstore.ErrCorrupt) {
		t.Errorf("a false size gives %v", err)
	}
}

// Every flipped bit of a pack or a loose object is told, never a wrong byte
// given.
func TestBitRotIsDetected(t *testing.T) {
	dir := gitstoretest.Init(t)
	if err := helperCommit(dir, someRef, gitstore.Hash{}); err != nil {
		t.Fatal(err)
	}
	tip, err := open(t, dir).Ref(someRef)
	if err != nil {
		t.Fatal(err)
	}
	packs, _ := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
	good, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(packs[0], 0o644)
	// The head and the trailing sum of a pack are no objects.
	for at := 12; at < len(good)-20; at++ {
		bad := bytes.Clone(good)
		bad[at] ^= 1 << (at % 8)
		if err := os.WriteFile(packs[0], bad, 0o644); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir)
		_, findings, err := s.Check(t.Context(), tip)
		s.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if !errors.Is(f.Err, gitstore.ErrCorrupt) {
				t.Errorf("byte %d: %v", at, f.Err)
			}
		}
		// Deflate has bits that do not matter; git takes them too.
		if len(findings) == 0 {
			if _, err := gitstoretest.Run(dir, "", "cat-file", "--batch-check", "--batch-all-objects"); err != nil {
				t.Errorf("byte %d: nothing is found and git says %v", at, err)
			}
		}
	}
}

func TestMissingObjectsAreFindings(t *testing.T) {
	dir := gitstoretest.New(t)
	s := open(t, dir)
	repo, _ := gitstore.Find(dir)
	head, _ := repo.Head()
	before, findings, err := s.Check(t.Context(), head.Commit)
	if err != nil || len(findings) != 0 {
		t.Fatalf("found %v, %v", findings, err)
	}
	blob := gitstoretest.Git(t, dir, "rev-parse", "HEAD:run.sh")
	if err := os.Remove(filepath.Join(dir, ".git/objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	checked, findings, err := s.Check(t.Context(), head.Commit)
	if err != nil || checked != before || len(findings) != 1 || findings[0].Path != "run.sh" || !errors.Is(findings[0].Err, gitstore.ErrMissing) {
		t.Errorf("found %v, %v", findings, err)
	}
	tree := gitstore.NewTree()
	tree.AddObject("gone", filemode.Regular, plumbing.NewHash(blob))
	if _, err := s.Commit(t.Context(), gitstore.Commit{Ref: someRef, Tree: tree, Author: someone()}); !errors.Is(err, gitstore.ErrMissing) {
		t.Errorf("a commit on a missing object gives %v", err)
	}
	if left := filepath.Join(dir, ".git/objects/pack"); len(must(os.ReadDir(left))) != 0 {
		t.Error("the failed commit left a pack")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestWeirdAndBrokenRefsAreListedOnce(t *testing.T) {
	dir := gitstoretest.New(t)
	if err := helperCommit(dir, someRef, gitstore.Hash{}); err != nil {
		t.Fatal(err)
	}
	tip := gitstoretest.Git(t, dir, "rev-parse", someRef)
	for _, name := range []string{"<script>alert(1)<|script>", "-x", "\u202e", "%2e%2e"} {
		gitstoretest.Git(t, dir, "update-ref", "refs/exprec/"+name, tip)
	}
	gitstoretest.Git(t, dir, "pack-refs", "--all")
	gitstoretest.Write(t, dir, ".git/refs/exprec/empty", "")
	s := open(t, dir)
	refs, err := s.Refs("refs/exprec/")
	if err != nil || len(refs) != 6 {
		t.Fatalf("%d refs: %v, %v", len(refs), refs, err)
	}
	broken := 0
	for _, ref := range refs {
		if ref.Hash.IsZero() {
			broken++
		}
	}
	if broken != 1 {
		t.Errorf("%d refs are broken", broken)
	}
	packed := string(must(os.ReadFile(filepath.Join(dir, ".git/packed-refs"))))
	if err := s.UpdateRef(t.Context(), someRef, gitstore.Hash{}, plumbing.NewHash(tip)); err != nil {
		t.Fatal(err)
	}
	after := string(must(os.ReadFile(filepath.Join(dir, ".git/packed-refs"))))
	if want := strings.Replace(packed, tip+" "+someRef+"\n", "", 1); after != want {
		t.Errorf("packed-refs is\n%s, not\n%s", after, want)
	}
	for _, name := range []string{"refs/exprec/../heads/main", "HEAD", "refs/exprec/a.lock", "refs/exprec/a b", "refs/exprec//a"} {
		if err := s.UpdateRef(t.Context(), name, plumbing.NewHash(tip), gitstore.Hash{}); !errors.Is(err, gitstore.ErrUnsafe) {
			t.Errorf("the ref %q gives %v", name, err)
		}
	}
}

// What git packs with deltas is read like everything else.
func TestDeltasAndAlternatesAreRead(t *testing.T) {
	dir := gitstoretest.New(t)
	source := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 0, 20000)
	for len(text) < 20000 {
		text = fmt.Appendf(text, "line %d\n", source.IntN(1000))
	}
	for n := range 20 {
		text = fmt.Appendf(text, "one more %d\n", n)
		gitstoretest.Write(t, dir, "grows.txt", string(text))
		gitstoretest.Git(t, dir, "add", "grows.txt")
		gitstoretest.Git(t, dir, "commit", "-q", "-m", fmt.Sprint(n), "grows.txt")
	}
	for _, args := range [][]string{{"repack", "-adfq", "--depth=50"}, {"-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"}, {"-c", "pack.indexVersion=1", "repack", "-adfq"}} {
		gitstoretest.Git(t, dir, args...)
		shared := filepath.Join(t.TempDir(), "shared")
		gitstoretest.Git(t, dir, "clone", "-q", "--shared", dir, shared)
		for _, where := range []string{dir, shared} {
			repo, _ := gitstore.Find(where)
			head, _ := repo.Head()
			checked, findings, err := open(t, where).Check(t.Context(), head.Commit)
			if err != nil || len(findings) > 0 || checked < 60 {
				t.Errorf("%q: %d checked, %v, %v", args, checked, findings, err)
			}
		}
	}
}

// A file is stored byte for byte, whatever the repository's attributes say.
func TestBytesAreStoredAsTheyAre(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "config", "core.autocrlf", "input")
	gitstoretest.Write(t, dir, ".gitattributes", "* text eol=lf ident working-tree-encoding=UTF-16\n*.bin filter=lfs\n")
	for _, size := range []int{0, 1, 65535, 65536, 300_000, 3 << 20} {
		content := make([]byte, size)
		source := rand.NewChaCha8([32]byte{byte(size)})
		source.Read(content)
		copy(content, "a\r\nb\r\n$Id$")
		for _, half := range []bool{false, true} { // also one that can be compressed
			if half {
				clear(content[size/2:])
			}
			file := filepath.Join(dir, "out", "data")
			if err := os.WriteFile(file, content, 0o755); err != nil {
				t.Fatal(err)
			}
			tree := gitstore.NewTree()
			tree.AddFile("files/data", file, true)
			tree.AddFile("files/again", file, false)
			ref := fmt.Sprintf("refs/exprec/%d-%v", size, half)
			h, err := open(t, dir).Commit(t.Context(), gitstore.Commit{Ref: ref, Tree: tree, Author: someone()})
			if err != nil {
				t.Fatal(err)
			}
			s := open(t, dir)
			info, err := s.ReadCommit(h)
			if err != nil {
				t.Fatal(err)
			}
			got, err := fs.ReadFile(s.FS(info.Tree, nil), "files/data")
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes come back as %d, %v", size, len(got), err)
			}
		}
	}
	gitstoretest.Fsck(t, dir)
}
