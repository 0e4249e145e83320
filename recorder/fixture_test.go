package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"

	"github.com/google/uuid"
)

// firstStarted is when the first run of a fixture began; each later one began
// a minute after the one before.
var firstStarted = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bench is a project whose runs are written with the encoders alone, so that
// the read side is tested against the format and not against the recorder.
type bench struct {
	testing.TB
	dir   string
	store *gitstore.Store
	runs  int
}

// newBench makes a project in a plain folder.
func newBench(t testing.TB) *bench {
	t.Helper()
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".exprec", "runs"), 0o700); err != nil {
		t.Fatal(err)
	}
	store, err := gitstore.OpenPrivate(filepath.Join(dir, ".exprec", privateStore))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &bench{TB: t, dir: dir, store: store}
}

func (b *bench) open() *Project {
	b.Helper()
	p, err := Open(b.dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close() })
	return p
}

// made is a run of a fixture before it is written.
type made struct {
	Info
	params  map[string]any
	points  *record.Builder
	index   []ScalarSummary // instead of the one that follows from points
	source  map[string]string
	files   map[string]string
	images  []Image
	raw     map[string][]byte // files of the record as they are, instead of what is encoded
	tip     gitstore.Hash
	started gitstore.Hash
}

// run is a new run that succeeded, with a source, parameters and a scalar.
func (b *bench) run(name string) *made {
	b.runs++
	id := uuid.NewString()
	began := firstStarted.Add(time.Duration(b.runs) * time.Minute)
	m := &made{
		Info: Info{
			Format: record.Format, UUID: id, Alias: record.Alias(id), Name: name, Status: Succeeded,
			Started: began, Ended: began.Add(90 * time.Second), Command: []string{"train", name}, Runtime: "go1.26",
			Results: []Result{{Name: "test/acc", Value: 0.5}},
			Source:  &record.Source{Files: 1, Bytes: 5},
			Journal: []record.JournalSum{{Name: "0.bin", Length: 10, SHA256: fmt.Sprintf("%064x", b.runs)}},
		},
		params: map[string]any{"lr": 0.1, "model": map[string]any{"depth": int64(2)}},
		points: record.NewBuilder(),
		source: map[string]string{"train.py": "print(1)\n"},
		raw:    map[string][]byte{},
	}
	for step := range 3 {
		m.points.Add("loss", int64(step), time.Duration(step)*time.Second, 1/float64(step+1))
	}
	return m
}

// start writes the run's start commit.
func (b *bench) start(m *made) {
	b.Helper()
	tree := gitstore.NewTree()
	info := m.Info
	info.Status, info.Ended, info.Results, info.Journal = Running, time.Time{}, nil, nil
	tree.AddBytes(record.RunFile, record.EncodeRun(&info))
	addAll(tree, "source/", m.source)
	b.commit(m, tree, record.StartMessage(&info))
	m.started = m.tip
}

// seal writes the run's start, where it is not written yet, and its record.
func (b *bench) seal(m *made) *made {
	b.Helper()
	if m.started.IsZero() {
		b.start(m)
	}
	params, err := record.EncodeParams(m.params)
	if err != nil {
		b.Fatal(err)
	}
	tree := gitstore.NewTree()
	tree.AddBytes(record.ParamsFile, params)
	addAll(tree, "source/", m.source)
	addAll(tree, "files/", m.files)
	tree.AddBytes(record.PackagesFile, record.EncodePackages([]string{"numpy==2.1", "golang.org/x/sys v0.50.0"}))
	for _, chunk := range m.points.Chunks() {
		tree.AddBytes("scalars/"+chunk.Name, chunk.Data)
	}
	if m.index == nil {
		m.index = m.points.Index()
	}
	tree.AddBytes(record.ScalarsFile, record.EncodeIndex(m.index))
	for _, image := range m.images {
		tree.AddBytes("images/"+image.File, []byte("png"))
	}
	if len(m.images) > 0 {
		tree.AddBytes(record.ImagesFile, record.EncodeImages(m.images))
	}
	tree.AddBytes(record.RunFile, record.EncodeRun(&m.Info))
	for name, data := range m.raw {
		tree.AddBytes(name, data)
	}
	b.commit(m, tree, "record\n")
	return m
}

func addAll(tree *gitstore.Tree, prefix string, files map[string]string) {
	for name, content := range files {
		tree.AddBytes(prefix+name, []byte(content))
	}
}

func (b *bench) commit(m *made, tree *gitstore.Tree, message string) {
	b.Helper()
	c := gitstore.Commit{
		Ref: refPrefix + m.UUID, Old: m.tip, Tree: tree, Message: message,
		Author: gitstore.Signature{Name: "a", Email: "a@b", When: m.Started},
	}
	if !m.tip.IsZero() {
		c.Parents = []gitstore.Hash{m.tip}
	}
	hash, err := b.store.Commit(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	m.tip = hash
}

// journal begins the journal of an unsealed run, as this process would.
func (b *bench) journal(m *made, change func(*journal.Header)) (*journal.Writer, *journal.Lock) {
	b.Helper()
	folder := filepath.Join(b.dir, ".exprec", "runs", m.UUID)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		b.Fatal(err)
	}
	lock, err := journal.LockShared(filepath.Join(folder, lockName))
	if err != nil {
		b.Fatal(err)
	}
	h := header(m.UUID, m.Started)
	if change != nil {
		change(&h)
	}
	w, err := journal.Create(filepath.Join(folder, journalName), h)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.Close(); lock.Unlock() })
	return w, lock
}

// names gives the names of runs in their order.
func names(runs []*Run) []string {
	var all []string
	for _, r := range runs {
		all = append(all, r.started.Name)
	}
	return all
}

// one reads the run with an id.
func (b *bench) one(p *Project, m *made) *Run {
	b.Helper()
	r, err := p.Run(b.Context(), m.UUID)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func want[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
		t.Errorf("%s: got %#v, want %#v", what, got, want)
	}
}
