package recorder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/internal/record"
)

// hostile builds runs with git itself, which takes what gitstore refuses.
type hostile struct {
	*bench
	git string // the store's folder
}

func (h *hostile) blob(content string) string {
	return gitstoretest.GitInput(h, h.git, content, "hash-object", "-w", "--stdin")
}

// tree writes a tree of entries "mode name hash" without any check.
func (h *hostile) tree(entries ...[3]string) string {
	h.Helper()
	var data strings.Builder
	for _, e := range entries {
		data.WriteString(e[0] + " " + e[1] + "\x00")
		for i := 0; i < len(e[2]); i += 2 {
			var b byte
			fmt.Sscanf(e[2][i:i+2], "%02x", &b)
			data.WriteByte(b)
		}
	}
	return gitstoretest.GitInput(h, h.git, data.String(), "hash-object", "-t", "tree", "--literally", "-w", "--stdin")
}

// ref gives a new run what object its ref points to.
func (h *hostile) ref(id, object string) {
	put(h, filepath.Join(h.git, "refs", "exprec", id), object+"\n")
}

// run makes a run whose tree has a good run.msgpack and the entries given.
func (h *hostile) run(name string, entries ...[3]string) string {
	h.Helper()
	m := h.bench.run(name)
	data := string(record.EncodeRun(&m.Info))
	entries = append(entries, [3]string{"100644", record.RunFile, h.blob(data)})
	slices.SortFunc(entries, func(a, b [3]string) int { return strings.Compare(sortName(a), sortName(b)) })
	tree := h.tree(entries...)
	h.ref(m.UUID, gitstoretest.Git(h, h.git, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "x", tree))
	return m.UUID
}

// sortName is what git sorts an entry of a tree by.
func sortName(e [3]string) string {
	if e[0] == "40000" {
		return e[1] + "/"
	}
	return e[1]
}

func newHostile(t testing.TB) *hostile {
	gitstoretest.Isolate(t)
	b := newBench(t)
	return &hostile{bench: b, git: b.store.GitDir()}
}

// Names that must not become files make their run unreadable where they are
// met, and stop no other.
func TestHostileNames(t *testing.T) {
	h := newHostile(t)
	good := h.seal(h.bench.run("good"))
	blob := h.blob("canary")
	names := []string{"..", ".", ".git", ".GIT", "git~1", ".g\u200cit", "a/b", "/abs", "\x1b[31m", "new\nline", "-rf", strings.Repeat("x", 4096), "a\\b", "con"}
	ids := map[string]string{}
	for _, name := range names {
		source := h.tree([3]string{"100644", name, blob})
		ids[name] = h.run("nested", [3]string{"40000", "source", source}, [3]string{"40000", "files", source})
		h.run("at the root", [3]string{"100644", name, blob})
	}
	p := h.open()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "listed", len(runs), 2*len(names)+1)
	want(t, "the good one", h.one(p, good).Err(), nil)
	outside := t.TempDir()
	for _, r := range runs {
		touchEverything(r)
		walkAll(r)
		if to, _, err := p.Checkout(t.Context(), r, filepath.Join(outside, r.Short(), "out")); err == nil {
			stays(t, filepath.Join(outside, r.Short()), to)
		}
		if d, err := p.Compare(t.Context(), h.one(p, good), r); err != nil || d == nil {
			t.Error("comparing with a hostile run gives", err)
		}
	}
	for _, name := range []string{"..", ".git", ".GIT", "git~1", "a/b"} {
		r, err := p.Run(t.Context(), ids[name])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Checkout(t.Context(), r, filepath.Join(outside, "refused")); !errors.Is(err, gitstore.ErrUnsafe) {
			t.Errorf("checking %q out gives %v", name, err)
		}
		if _, err := os.Lstat(filepath.Join(outside, "refused")); err == nil {
			t.Errorf("checking %q out left something behind", name)
		}
	}
}

// walkAll reads every file of a run that can be reached.
func walkAll(r *Run) {
	for _, open := range []func() (fs.FS, error){r.Source, r.Files} {
		fsys, err := open()
		if err != nil {
			continue
		}
		fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				fs.ReadFile(fsys, name)
			}
			return nil
		})
	}
}

// stays fails where something lies in dir beside the folder that was asked for.
func stays(t *testing.T, dir, asked string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || filepath.Join(dir, entries[0].Name()) != asked {
		t.Errorf("checkout wrote beside %q: %v %v", asked, entries, err)
	}
}

// Refs and entries of the wrong kind, and bombs, are findings of one run.
func TestHostileObjects(t *testing.T) {
	h := newHostile(t)
	good := h.seal(h.bench.run("unlike-any-alias"))
	blob, empty := h.blob("x"), h.tree()
	bomb := h.blob(strings.Repeat("\x00", maxRunFile+1))
	commit := func(tree string) string {
		return gitstoretest.Git(t, h.git, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "x", tree)
	}
	missing := strings.Repeat("ab", 20)
	for name, object := range map[string]string{
		"a blob":                  blob,
		"a tree":                  empty,
		"an empty tree":           commit(empty),
		"run.msgpack is a folder": commit(h.tree([3]string{"40000", record.RunFile, empty})),
		"run.msgpack is a link":   commit(h.tree([3]string{"120000", record.RunFile, blob})),
		"run.msgpack is a bomb":   commit(h.tree([3]string{"100644", record.RunFile, bomb})),
		"run.msgpack is missing":  commit(h.tree([3]string{"100644", record.RunFile, missing})),
		"nothing":                 missing,
		"twice the same name": commit(h.tree([3]string{"100644", record.RunFile, blob},
			[3]string{"100644", record.RunFile, blob})),
		"an array of 2^32": commit(h.tree([3]string{"100644", record.RunFile, h.blob("\xdd\xff\xff\xff\xff")})),
		"deep nesting":     commit(h.tree([3]string{"100644", record.RunFile, h.blob(strings.Repeat("\x91", 100_000))})),
		"many parents": gitstoretest.GitInput(t, h.git, "tree "+empty+"\n"+strings.Repeat("parent "+missing+"\n", 50_000)+
			"author a <a@b> 0 +0000\ncommitter a <a@b> 0 +0000\n\nx\n", "hash-object", "-t", "commit", "--literally", "-w", "--stdin"),
	} {
		id := uuid.NewString()
		h.ref(id, object)
		r, err := h.open().Run(t.Context(), id)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !errors.Is(r.Err(), ErrDamaged) {
			t.Errorf("%s gives %v", name, r.Err())
		}
		touchEverything(r)
	}
	p := h.open()
	runs, err := p.Runs(t.Context(), "unlike-any-alias")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the good one", names(runs), []string{"unlike-any-alias"})
	want(t, "its values", len(must(h.one(p, good).Series("loss")).Values), 3)
}

// A tree bomb in the source costs neither listing nor comparing much.
func TestATreeBombAsSource(t *testing.T) {
	h := newHostile(t)
	good := h.seal(h.bench.run("good"))
	tree := h.tree([3]string{"100644", "f", h.blob("x")})
	for range 10 {
		var entries [][3]string
		for i := range 10 {
			entries = append(entries, [3]string{"40000", fmt.Sprint(i), tree})
		}
		tree = h.tree(entries...)
	}
	id := h.run("bomb", [3]string{"40000", "source", tree})
	p := h.open()
	r, err := p.Run(t.Context(), id)
	if err != nil || r.Err() != nil {
		t.Fatal(err, r.Err())
	}
	d, err := p.Compare(t.Context(), h.one(p, good), r)
	if err != nil || len(d.Problems) == 0 {
		t.Error("a source of 10^10 files was compared:", err, len(d.Source.Files), d.Source.More)
	}
	out := filepath.Join(t.TempDir(), "out")
	if _, _, err := p.Checkout(t.Context(), r, out); err == nil {
		t.Error("a source of 10^10 files was checked out")
	}
	if _, err := os.Lstat(out); err == nil {
		t.Error("a refused checkout left something behind")
	}
}
