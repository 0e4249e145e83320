package recorder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/internal/record"
)

// newRepoBench makes a project in a user's repository.
func newRepoBench(t testing.TB) *bench {
	t.Helper()
	dir := gitstoretest.New(t)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	repo, err := gitstore.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	store, err := repo.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &bench{TB: t, dir: dir, store: store}
}

// large gives a run a large file with content, which lies in the LFS store
// since a while.
func (b *bench) large(m *made, path, content string) gitstore.Pointer {
	b.Helper()
	file := filepath.Join(b.TempDir(), "large")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		b.Fatal(err)
	}
	pointer, err := b.store.LFS().Put(b.Context(), file, false)
	if err != nil {
		b.Fatal(err)
	}
	b.old(b.store.LFS().Path(pointer))
	if m != nil {
		m.raw["files/"+path] = pointer.Bytes()
		m.Large = append(m.Large, record.LargeFile{Path: path, Size: pointer.Size})
	}
	return pointer
}

// old makes a file look as if nobody were at work on it.
func (b *bench) old(file string) {
	b.Helper()
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(file, long, long); err != nil {
		b.Fatal(err)
	}
}

// healthy wants a check to find nothing wrong, and gives what it looked at.
func healthy(t testing.TB, p *Project) CheckReport {
	t.Helper()
	report, err := p.Check(t.Context())
	if err != nil || report.Err() != nil {
		t.Fatalf("check: %v, %v, %+v", err, report.Err(), report.Findings)
	}
	return *report
}

func (b *bench) gc(p *Project) *GC {
	b.Helper()
	g, err := p.PlanGC(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := g.Apply(b.Context()); err != nil {
		b.Fatal(err)
	}
	return g
}

func (b *bench) mirror(p *Project, m *made) string {
	b.Helper()
	folder, warnings, err := p.Mirror(b.Context(), b.one(p, m))
	if err != nil || len(warnings) > 0 {
		b.Fatal(warnings, err)
	}
	return folder
}

// Of the folders of sealed runs the oldest go beyond the limit, and come back
// byte for byte; nothing else of a run is touched.
func TestGCKeepsFoldersToTheirLimit(t *testing.T) {
	b := newRepoBench(t)
	gitstoretest.Git(t, b.dir, "config", "exprec.mirrorMax", "6k")
	var runs []*made
	for _, name := range []string{"oldest", "middle", "newest"} {
		m := b.run(name)
		m.files = map[string]string{"deep/note.txt": strings.Repeat(name, 500)}
		b.large(m, "model.bin", strings.Repeat("content of "+name, 5000))
		runs = append(runs, b.seal(m))
	}
	defer gitstoretest.Unchanged(t, b.dir)()
	p := b.open()
	before := healthy(t, p)
	var folders []string
	for _, m := range runs {
		folders = append(folders, b.mirror(p, m))
	}
	inside := must(os.ReadFile(filepath.Join(folders[0], "files", "model.bin")))
	g := b.gc(p)
	want(t, "drops", len(g.Drops), 2)
	for i, folder := range folders {
		want(t, "folder of "+runs[i].Name, folderExists(folder), i == 2)
	}
	if _, err := os.Lstat(filepath.Join(b.dir, ".exprec", runs[0].UUID)); err == nil {
		t.Error("the link to a folder that is gone is there")
	}
	want(t, "check before and after", healthy(t, p), before)
	b.mirror(p, runs[0])
	want(t, "the large file", string(must(os.ReadFile(filepath.Join(folders[0], "files", "model.bin")))), string(inside))
	want(t, "the small file", string(must(os.ReadFile(filepath.Join(folders[0], "files", "deep", "note.txt")))), strings.Repeat("oldest", 500))
	if _, err := os.Stat(filepath.Join(folders[0], "source")); err == nil {
		t.Error("the folder holds the source")
	}
	gitstoretest.Fsck(t, b.dir)
}

// A folder that holds what git would not give back stays: somebody's own file,
// a changed one, late journals, the last good copy of something damaged.
func TestGCKeepsWhatWouldNotComeBack(t *testing.T) {
	for name, spoil := range map[string]func(b *bench, m *made, folder string){
		"own file": func(b *bench, m *made, folder string) {
			gitstoretest.Write(b, folder, "mine.txt", "mine")
		},
		"changed file": func(b *bench, m *made, folder string) {
			gitstoretest.Write(b, folder, "files/note.txt", "note0")
		},
		"changed large file": func(b *bench, m *made, folder string) {
			if err := os.Remove(filepath.Join(folder, "files", "model.bin")); err != nil {
				b.Fatal(err)
			}
			gitstoretest.Write(b, folder, "files/model.bin", strings.Repeat("other", 500))
		},
		"late journals": func(b *bench, m *made, folder string) {
			gitstoretest.Write(b, folder, keptPrefix+"2026/0.bin", "late")
		},
		"link": func(b *bench, m *made, folder string) {
			if err := os.Symlink("note.txt", filepath.Join(folder, "files", "link")); err != nil {
				b.Fatal(err)
			}
		},
		"last copy of large content": func(b *bench, m *made, folder string) {
			copied := filepath.Join(folder, "files", "model.bin")
			data := must(os.ReadFile(copied))
			if err := os.Remove(copied); err != nil {
				b.Fatal(err)
			}
			gitstoretest.Write(b, folder, "files/model.bin", string(data))
			contents := must(b.store.LFS().Contents())
			if err := os.Remove(b.store.LFS().Path(contents[0].Pointer)); err != nil {
				b.Fatal(err)
			}
		},
		"nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			b := newRepoBench(t)
			gitstoretest.Git(t, b.dir, "config", "exprec.mirrorMax", "0")
			m := b.run("r")
			m.files = map[string]string{"note.txt": "note1"}
			b.large(m, "model.bin", strings.Repeat("large", 500))
			b.seal(m)
			p := b.open()
			folder := b.mirror(p, m)
			if spoil != nil {
				spoil(b, m, folder)
			}
			g := b.gc(p)
			want(t, "the folder stays", folderExists(folder), spoil != nil)
			want(t, "notes", len(g.Notes) > 0, spoil != nil)
		})
	}
}

// Large content goes when no run speaks of it, not even one that vanished and
// can be brought back; and not while it may be that of a run that is about to
// be written, or when what a run needs is not known.
func TestGCRemovesLargeContentOfNoRun(t *testing.T) {
	b := newRepoBench(t)
	used, vanished, deleted := b.run("used"), b.run("vanished"), b.run("deleted")
	kept := []gitstore.Pointer{
		b.large(used, "a", strings.Repeat("used", 1000)), b.large(vanished, "a", strings.Repeat("vanished", 1000)),
		b.large(deleted, "a", strings.Repeat("deleted", 1000)), b.large(nil, "", strings.Repeat("young", 1000)),
	}
	if err := os.Chtimes(b.store.LFS().Path(kept[3]), time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	orphan := b.large(nil, "", strings.Repeat("orphan", 1000))
	for _, m := range []*made{used, vanished, deleted} {
		b.seal(m)
	}
	p := b.open()
	if err := p.Delete(t.Context(), b.one(p, deleted)); err != nil {
		t.Fatal(err)
	}
	p.enter(vanished.UUID, vanished.tip)
	if err := b.store.UpdateRef(t.Context(), refPrefix+vanished.UUID, gitstore.Hash{}, vanished.tip); err != nil {
		t.Fatal(err)
	}
	unreadable := b.run("unreadable")
	unreadable.raw[record.RunFile] = []byte("no msgpack")
	b.seal(unreadable)
	g := b.gc(p)
	want(t, "while a run cannot be read", b.store.LFS().Has(orphan), true)
	if len(g.Notes) != 1 || !strings.Contains(g.Notes[0], "what the run "+shortID(unreadable.UUID)+" needs is not known") {
		t.Errorf("notes: %q", g.Notes)
	}
	if err := b.store.UpdateRef(t.Context(), refPrefix+unreadable.UUID, gitstore.Hash{}, unreadable.tip); err != nil {
		t.Fatal(err)
	}
	g = b.gc(p)
	want(t, "the orphan is there", b.store.LFS().Has(orphan), false)
	want(t, "drops", len(g.Drops), 1)
	for _, pointer := range kept {
		want(t, "content that stays", b.store.LFS().Has(pointer), true)
	}
	if mended, _, err := p.Mend(t.Context()); err != nil || len(mended) != 1 {
		t.Error(mended, err)
	}
	healthy(t, p)
}

// The best are told by the main metric, and nothing is guessed.
func TestBestRuns(t *testing.T) {
	b := newBench(t)
	seal := func(name string, acc float64, goals ...record.NamedGoal) *made {
		m := b.run(name)
		m.Results = []Result{{Name: "test/acc", Value: acc}}
		m.Goals = goals
		return b.seal(m)
	}
	acc := record.NamedGoal{Name: "test/acc", Goal: Maximize}
	for name, value := range map[string]float64{"good": 0.8, "best": 0.9, "bad": 0.1} {
		seal(name, value, acc)
	}
	p := b.open()
	best, metric, err := BestRuns(must(p.Runs(t.Context(), "")), 2)
	want(t, "metric", metric, "test/acc")
	want(t, "best", names(best), []string{"best", "good"})
	want(t, "err", err, nil)
	seal("other", 0.5, record.NamedGoal{Name: "loss", Goal: Minimize})
	if _, _, err := BestRuns(must(p.Runs(t.Context(), "")), 2); err == nil || !strings.Contains(err.Error(), `some go by`) {
		t.Error("of two metrics:", err)
	}
}
