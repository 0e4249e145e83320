package recorder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// describeRow gives all that a row tells, as text.
func describeRow(r Row) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.ID(), r.Short(), r.Label(), r.Alias(), r.Name(), r.Title(), r.Group(), r.Status(), r.Tags(), r.Command(), r.Parents())
	fmt.Fprintln(&b, r.Started(), r.Ended(), r.Host(), r.User(), r.Description(), r.Conclusion(), r.Continues(), r.Archived(), r.Bytes(), r.Steps())
	if f := r.Failure(); f != nil {
		fmt.Fprintln(&b, f.Type, f.Message, f.Fingerprint)
	}
	if code := r.ExitCode(); code != nil {
		fmt.Fprintln(&b, "exit", *code)
	}
	if git := r.Git(); git != nil {
		fmt.Fprintln(&b, git.Commit, git.Branch, git.Dirty)
	}
	fmt.Fprintln(&b, r.Params(), r.Results(), r.Scalars(), r.MainMetric(), r.Goal("loss"), r.Goal("odd"), r.Err() != nil)
	return b.String()
}

// describeRun gives the same of a run that was opened.
func describeRun(r *Run) string {
	var b strings.Builder
	info := r.Info()
	var parents []string
	for _, p := range info.Parents {
		parents = append(parents, p.UUID)
	}
	fmt.Fprintln(&b, r.ID(), r.Short(), r.Label(), info.Alias, info.Name, r.Title(), info.Group, r.Status(), r.Tags(), info.Command, parents)
	fmt.Fprintln(&b, r.Started(), r.Ended(), info.Host.Name, info.User, r.Description(), r.Conclusion(), info.Continues, r.Archived(), r.Bytes(), info.Steps)
	if f := info.Error; f != nil {
		fmt.Fprintln(&b, f.Type, f.Message, f.Fingerprint)
	}
	if info.ExitCode != nil {
		fmt.Fprintln(&b, "exit", *info.ExitCode)
	}
	if git := info.Git; git != nil {
		fmt.Fprintln(&b, git.Commit, git.Branch, git.Dirty)
	}
	params, err := r.Params()
	scalars, more := r.Scalars()
	for i := range scalars {
		s := scalars[i]
		scalars[i] = ScalarSummary{Name: s.Name, Count: s.Count, FirstStep: s.FirstStep, LastStep: s.LastStep, First: s.First, Last: s.Last,
			Min: s.Min, Max: s.Max, MinStep: s.MinStep, MaxStep: s.MaxStep, NaN: s.NaN, Goal: s.Goal}
	}
	fmt.Fprintln(&b, params, r.Results(), scalars, r.MainMetric(), r.Goal("loss"), r.Goal("odd"), errors.Join(r.Err(), err, more) != nil)
	return b.String()
}

// allKinds makes runs of every kind: sealed, rich, edited, archived, live, dead,
// damaged, newer.
func allKinds(b *bench) []*made {
	plain, rich, edited, torn, newer := b.run("plain"), b.run("rich"), b.run("edited"), b.run("torn"), b.run("newer")
	code := 3
	rich.Title, rich.Group, rich.Tags, rich.Status, rich.ExitCode = "Rich one", "sweep", []string{"a", "b"}, Failed, &code
	rich.Error = &record.Failure{Type: "ValueError", Message: "no\nluck", Stack: "at x", Fingerprint: "f00d"}
	rich.Git = &record.Git{Commit: strings.Repeat("ab", 20), Branch: "main", Dirty: true}
	rich.Parents = []record.Parent{{UUID: plain.UUID}}
	rich.Continues = plain.UUID
	rich.Goals = []record.NamedGoal{{Name: "odd", Goal: Maximize}}
	rich.params = map[string]any{"f": float32(0.1), "list": []any{1.5, nil, "x"}, "deep": map[string]any{"er": map[string]any{}}, "nan": math.NaN(), "big": uint64(math.MaxUint64), "raw": []byte{1}}
	rich.points.Add("odd", 1, time.Second, math.NaN())
	rich.files = map[string]string{"model.bin": "weights"}
	rich.images = []Image{{Name: "sample", Step: 1, File: "sample/1.png", Width: 1, Height: 1, Size: 3}}
	torn.raw[record.ParamsFile] = []byte("torn")
	newer.raw[record.RunFile] = []byte(strings.Replace(string(record.EncodeRun(&newer.Info)), "\xa6format\x01", "\xa6format\x02", 1))
	for _, m := range []*made{plain, rich, edited, torn, newer} {
		b.seal(m)
	}
	live := b.run("live")
	b.start(live)
	w, _ := b.journal(live, nil)
	w.Scalar(w.Series("loss"), 0.25, 1)
	fetched := b.run("fetched")
	b.start(fetched)

	p := b.open()
	title, yes := "Edited title", true
	if err := p.Edit(b.Context(), b.one(p, edited), Edit{Title: &title, Description: &title, AddTags: []string{"later"}, Archived: &yes}); err != nil {
		b.Fatal(err)
	}
	gone := b.seal(b.run("gone"))
	if err := p.Delete(b.Context(), b.one(p, gone)); err != nil {
		b.Fatal(err)
	}
	return []*made{plain, rich, edited, torn, newer, live, fetched}
}

// rowsOf lists the runs of a project that is opened anew.
func rowsOf(b *bench, text string) *Rows {
	b.Helper()
	rows, err := b.open().Rows(b.Context(), text)
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

// compareRows wants a list to say of all runs what they say themselves.
func compareRows(b *bench, what string) {
	b.Helper()
	rows := rowsOf(b, "")
	runs, err := b.open().Runs(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	if rows.Len() != len(runs) {
		b.Fatalf("%s: %d rows of %d runs", what, rows.Len(), len(runs))
	}
	for i, run := range runs {
		if got, want := describeRow(rows.At(i)), describeRun(run); got != want {
			b.Fatalf("%s: the row says\n%s\nthe run says\n%s", what, got, want)
		}
		if opened := rows.At(i).Run(); opened.ID() != run.ID() || describeRun(opened) != describeRun(run) {
			b.Fatalf("%s: the row %d opens another run", what, i)
		}
	}
}

func cacheFile(b *bench) string {
	return rowsFile(filepath.Join(b.dir, ".exprec"))
}

// A list says the same as the runs: without a cache, with one, and with one
// that is behind.
func TestRowsSayWhatRunsSay(t *testing.T) {
	b := newBench(t)
	made := allKinds(b)
	compareRows(b, "without a cache")
	before, err := os.Stat(cacheFile(b))
	if err != nil {
		t.Fatal("no cache was written:", err)
	}
	compareRows(b, "with a cache")
	after, err := os.Stat(cacheFile(b))
	if err != nil || !os.SameFile(before, after) {
		t.Error("the cache was written though nothing is new:", err)
	}
	b.seal(b.run("another"))
	conclusion := "It works."
	p := b.open()
	if err := p.Edit(t.Context(), b.one(p, made[0]), Edit{Conclusion: &conclusion}); err != nil {
		t.Fatal(err)
	}
	compareRows(b, "after a new run and an edit")
	if err := b.store.UpdateRef(t.Context(), refPrefix+made[1].UUID, [20]byte{}, made[1].tip); err != nil {
		t.Fatal(err)
	}
	compareRows(b, "after a run has gone")
}

// Rows that stand in the cache need nothing of git but the refs.
func TestTheCacheSavesReading(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"one", "two", "three"} {
		b.seal(b.run(name))
	}
	compareRows(b, "at first")
	b.store.Close()
	objects := filepath.Join(b.dir, ".exprec", privateStore, "objects")
	if err := os.Rename(objects, objects+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(objects, 0o700); err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(b, "loss=..0.4 name:o")
	var found []string
	for i := range rows.Len() {
		if err := rows.At(i).Err(); err != nil {
			t.Error(err)
		}
		found = append(found, rows.At(i).Label())
	}
	want(t, "found", found, []string{"two", "one"})
}

// Whatever happens to the cache, the list is right.
func TestDamagedCaches(t *testing.T) {
	b := newBench(t)
	allKinds(b)
	b.open().Rows(t.Context(), "")
	intact, err := os.ReadFile(cacheFile(b))
	if err != nil {
		t.Fatal(err)
	}
	wanted := listAll(b)
	try := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(cacheFile(b), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := listAll(b); got != wanted {
			t.Fatalf("%s gives\n%s\nand not\n%s", what, got, wanted)
		}
	}
	for at := 0; at < len(intact); at += 1 + len(intact)/400 {
		data := slices.Clone(intact)
		data[at] ^= 0x41
		try(fmt.Sprint("a change at ", at), data)
		try(fmt.Sprint("a cut at ", at), intact[:at])
	}
	other := newBench(t)
	other.seal(other.run("foreign"))
	other.open().Rows(t.Context(), "")
	foreign, err := os.ReadFile(cacheFile(other))
	if err != nil {
		t.Fatal(err)
	}
	try("another project's cache", foreign)
	if err := os.Remove(cacheFile(b)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(cacheFile(b), "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	want(t, "with a folder in its place", listAll(b), wanted)
}

func listAll(b *bench) string {
	b.Helper()
	rows := rowsOf(b, "")
	var all strings.Builder
	for i := range rows.Len() {
		all.WriteString(describeRow(rows.At(i)))
	}
	return all.String()
}

// A cache that is damaged while it is read is made up for from git.
func TestACacheThatIsDamagedUnderway(t *testing.T) {
	b := newBench(t)
	allKinds(b)
	wanted := listAll(b)
	rows := rowsOf(b, "") // has read flags and times
	data, err := os.ReadFile(cacheFile(b))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(cacheFile(b), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := len(data) / 4; i < len(data); i++ {
		data[i] ^= 0x55
	}
	if _, err := f.WriteAt(data, 0); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var all strings.Builder
			for i := range rows.Len() {
				all.WriteString(describeRow(rows.At(i)))
			}
			if all.String() != wanted {
				t.Errorf("the list says\n%s\nand not\n%s", &all, wanted)
			}
		})
	}
	group.Wait()
	if _, err := os.Stat(cacheFile(b)); err == nil {
		t.Error("the damaged cache was left")
	}
	want(t, "the next list", listAll(b), wanted)
}

// A list is of the moment: what an unsealed run logs is in the next one.
func TestLiveRunsAreReadEachTime(t *testing.T) {
	b := newBench(t)
	m := b.run("live")
	b.start(m)
	w, lock := b.journal(m, nil)
	loss := w.Series("loss")
	for i, query := range []string{"loss=0 running", "loss=1 running", "loss=2 status=running"} {
		w.Scalar(loss, float64(i), int64(i))
		if rows := rowsOf(b, query); rows.Len() != 1 {
			t.Error(query, "finds", rows.Len())
		}
	}
	w.Close()
	lock.Unlock()
	if rows := rowsOf(b, "status=lost"); rows.Len() != 1 || rows.At(0).Seconds() < 0 {
		t.Error("dead, it is", rowsOf(b, "").At(0).Status())
	}
	if _, err := b.open().Recover(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	compareRows(b, "sealed")
}

func TestColumnsAndSorting(t *testing.T) {
	b := newBench(t)
	for i, lr := range []any{0.3, "text", 0.1, nil, int64(2)} {
		m := b.run(fmt.Sprint("r", i))
		m.params = map[string]any{"lr": lr, "optimizer": map[string]any{"lr": float64(i)}}
		if lr == nil {
			m.params = map[string]any{}
		}
		b.seal(m)
	}
	rows := rowsOf(b, "")
	labels := func(rows *Rows) string {
		var all []string
		for i := range rows.Len() {
			all = append(all, rows.At(i).Label())
		}
		return strings.Join(all, " ")
	}
	for key, wanted := range map[string]string{
		"lr": "r2 r0 r4 r1 r3", "optimizer/lr": "r0 r1 r2 r4 r3", "started": "r0 r1 r2 r3 r4", "min(loss)": "r4 r3 r2 r1 r0", "name": "r0 r1 r2 r3 r4",
	} {
		c, err := rows.Column(key)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "by "+key, labels(rows.Sort(c, false)), wanted)
	}
	c, err := rows.Column("lr")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "downward", labels(rows.Sort(c, true)), "r4 r0 r2 r1 r3")
	want(t, "a part", labels(rows.Slice(1, 3)), "r3 r2")
	want(t, "filtered", labels(rows.Filter(func(r Row) bool { return r.Label() == "r1" })), "r1")
	if _, err := rows.Column("optimiser.lr"); !errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), "did you mean optimizer.lr?") {
		t.Error(err)
	}
	var e *QueryError
	if _, err := rows.Column("min("); !errors.As(err, &e) {
		t.Error(err)
	}
	params, scalars, results := rows.Names()
	want(t, "names", fmt.Sprint(params, scalars, results), "[lr optimizer.lr] [loss] [test/acc]")
	asked := rowsOf(b, "lr=1 los=3 archived=true")
	keys, meant := asked.Unknown()
	want(t, "unknown", fmt.Sprint(keys, meant, asked.AsksFor("archived"), rows.AsksFor("archived")), "[los] [loss] true false")
	if _, err := b.open().Rows(t.Context(), "(lr=1"); !errors.As(err, &e) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.open().Rows(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Writers of the cache do not disturb each other, nor those who read it, while
// runs come.
func TestManyListAtOnce(t *testing.T) {
	b := newBench(t)
	var group sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		group.Go(func() {
			for last := 0; ; {
				rows, err := b.open().Rows(t.Context(), "loss=..1")
				if err != nil || rows.Len() < last {
					t.Error(rows.Len(), "after", last, err)
					return
				}
				last = rows.Len()
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 40 {
		b.seal(b.run(fmt.Sprint(i)))
	}
	close(done)
	group.Wait()
	compareRows(b, "afterwards")
}
