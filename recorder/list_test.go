package recorder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

func TestRunsAreListedNewestFirst(t *testing.T) {
	b := newBench(t)
	first, second := b.run("Baseline"), b.run("wide")
	second.Title, second.Group, second.Tags = "A Wider Model", "sweep", []string{"gpu"}
	second.Status = Failed
	b.seal(first)
	b.seal(second)
	p := b.open()
	for query, expected := range map[string][]string{
		"":                     {"wide", "Baseline"},
		"baseline":             {"Baseline"},
		"WIDER":                {"wide"},
		"wide":                 {"wide"},
		"sweep":                {"wide"},
		"gpu failed":           {"wide"},
		"gpu succeeded":        nil,
		second.UUID[:5]:        {"wide"},
		second.UUID[3:8]:       nil,
		first.Alias:            {"Baseline"},
		"no such word":         nil,
		"succeeded  baseline ": {"Baseline"},
	} {
		runs, err := p.Runs(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "query "+query, names(runs), expected)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Runs(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Error("a cancelled listing gives", err)
	}
}

func TestReferences(t *testing.T) {
	b := newBench(t)
	old, mid, new := b.run("train"), b.run("train"), b.run("eval")
	old.UUID = "abcd1111-1111-4111-8111-111111111111"
	mid.UUID = "abcd2222-2222-4222-8222-222222222222"
	new.UUID = "beef3333-3333-4333-8333-333333333333"
	new.Title = "The Title"
	gone := b.run("gone")
	gone.UUID = "abcd4444-4444-4444-8444-444444444444"
	for _, m := range []*made{old, mid, new, gone} {
		m.Alias = record.Alias(m.UUID)
		b.seal(m)
	}
	p := b.open()
	if err := p.Delete(t.Context(), b.one(p, gone)); err != nil {
		t.Fatal(err)
	}
	for ref, expected := range map[string]*made{
		"@": new, "@~0": new, "@~1": mid, "@~2": old,
		"abcd1": old, "ABCD2": mid, old.UUID: old, "abcd1111-": old, "beef": new,
		"train": mid, "eval": new, old.Alias: old, "The Title": new,
	} {
		r, err := p.Run(t.Context(), ref)
		if err != nil {
			t.Errorf("%q: %v", ref, err)
			continue
		}
		want(t, "ref "+ref, r.ID(), expected.UUID)
	}
	for _, ref := range []string{"", "abc", "@~3", "@~-1", "@~x", "@~", "@x", "nothing", "abcd9", "gone", gone.UUID, "abcd4", "train ", "@~+1", "@~99999999999999999999"} {
		if r, err := p.Run(t.Context(), ref); !errors.Is(err, ErrNoRun) {
			t.Errorf("%q gives %v, %v", ref, r, err)
		}
	}
	var ambiguous *AmbiguousError
	if _, err := p.Run(t.Context(), "abcd"); !errors.As(err, &ambiguous) || len(ambiguous.Candidates) != 2 {
		t.Error("a prefix of two runs gives", err)
	}
	if text := ambiguous.Error(); !strings.Contains(text, old.UUID) || !strings.Contains(text, mid.UUID) || strings.Contains(text, gone.UUID) {
		t.Error("the message is", text)
	}
	if _, err := p.UniqueRun(t.Context(), "train"); !errors.As(err, &ambiguous) {
		t.Error("a name of two runs where one is wanted gives", err)
	}
	if r, err := p.UniqueRun(t.Context(), "eval"); err != nil || r.ID() != new.UUID {
		t.Error(r, err)
	}
}

// What cannot be read is listed with what is known, and stops no other.
func TestDamagedRunsAreListed(t *testing.T) {
	b := newBench(t)
	good := b.seal(b.run("good"))
	newer := b.run("newer")
	data := record.EncodeRun(&record.Run{Format: record.Format + 1, UUID: newer.UUID, Name: "newer", Status: Succeeded, Started: newer.Started})
	newer.raw[record.RunFile] = data
	b.seal(newer)
	torn := b.run("torn")
	torn.raw[record.RunFile] = []byte{0x81, 0xa4, 'u'}
	b.seal(torn)
	notesTorn := b.run("notes torn")
	notesTorn.raw[record.NotesFile] = []byte{0xdd, 0xff, 0xff, 0xff, 0xff}
	b.seal(notesTorn)
	empty := b.run("empty")
	b.commit(empty, gitstore.NewTree(), "nothing\n")
	const broken = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	put(t, filepath.Join(b.store.GitDir(), "refs", "exprec", broken), "")
	const missing = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
	put(t, filepath.Join(b.store.GitDir(), "refs", "exprec", missing), strings.Repeat("12", 20)+"\n")

	p := b.open()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*Run{}
	for _, r := range runs {
		byID[r.ID()] = r
	}
	want(t, "how many", len(runs), 7)
	want(t, "the good one", byID[good.UUID].Err(), nil)
	if r := byID[newer.UUID]; !errors.Is(r.Err(), ErrNewer) || r.Label() != "newer" || r.Started() != newer.Started {
		t.Error("a newer one gives", r.Label(), r.Err())
	}
	if r := byID[torn.UUID]; !errors.Is(r.Err(), ErrDamaged) || r.Label() != "torn" {
		t.Error("of a torn one the start is known; got", r.Label(), r.Err())
	}
	if r := byID[notesTorn.UUID]; !errors.Is(r.Err(), ErrDamaged) || r.Label() != "notes torn" || r.Status() != Succeeded {
		t.Error("of one with torn notes all else is known; got", r.Label(), r.Err())
	}
	for _, id := range []string{empty.UUID, broken, missing} {
		r := byID[id]
		if !errors.Is(r.Err(), ErrDamaged) || r.Label() != record.Alias(id) || r.Status() != "" {
			t.Error(id, "gives", r.Label(), r.Status(), r.Err())
		}
		touchEverything(r)
	}
	if err := p.Edit(t.Context(), byID[notesTorn.UUID], Edit{AddTags: []string{"x"}}); err == nil {
		t.Error("notes that cannot be read were overwritten")
	}
}

// touchEverything calls all that reads a run; what it gives does not matter,
// only that it comes back.
func touchEverything(r *Run) {
	r.Info()
	r.Params()
	r.Results()
	r.Scalars()
	r.Series("loss")
	r.Images()
	r.OpenImage("x", 1)
	r.Files()
	r.Source()
	r.Packages()
	r.Tree()
	r.LastHeard()
	r.Seconds()
	r.Goal("loss")
	r.MainMetric()
}

// Refs that are not called as runs are do no harm and are counted.
func TestStrangeRefsAreSkipped(t *testing.T) {
	b := newBench(t)
	m := b.seal(b.run("good"))
	strange := []string{"<script>alert(1)<", "-x", "\u202Eevil", "%2e%2e", strings.ToUpper(m.UUID), m.UUID + "x", "a",
		"00000000-0000-1000-8000-000000000000"}
	for _, name := range strange {
		put(t, filepath.Join(b.store.GitDir(), "refs", "exprec", name), m.tip.String()+"\n")
	}
	p := b.open()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "runs", names(runs), []string{"good"})
	want(t, "skipped", p.Skipped(), len(strange))
}

func TestAProjectWithoutRuns(t *testing.T) {
	b := newBench(t)
	p := b.open()
	runs, err := p.Runs(t.Context(), "")
	if len(runs) != 0 || err != nil {
		t.Error(runs, err)
	}
	if _, err := p.Run(t.Context(), "@"); !errors.Is(err, ErrNoRun) {
		t.Error("@ gives", err)
	}
	if report := check(t, p); !errors.Is(report.Err(), ErrNothingChecked) {
		t.Error("checking nothing gives", report.Err())
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNoProject) {
		t.Error("a folder that was never recorded in gives", err)
	}
}

// Reading creates and changes nothing.
func TestReadingWritesNothing(t *testing.T) {
	b := newBench(t)
	b.seal(b.run("one"))
	live := b.run("live")
	b.start(live)
	w, _ := b.journal(live, nil)
	w.Scalar(w.Series("loss"), 1, 1)
	before := listing(t, b.dir)
	p := b.open()
	runs, err := p.Runs(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		touchEverything(r)
	}
	check(t, p)
	p.Compare(t.Context(), runs[0], runs[1])
	p.Skipped()
	want(t, "the files", listing(t, b.dir), before)

	// A list keeps what it has read, in the cache and nowhere else.
	rows, err := p.Rows(t.Context(), "loss")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows.Len() {
		describeRow(rows.At(i))
	}
	cache := filepath.Dir(cacheFile(b))
	if left, err := os.ReadDir(cache); err != nil || len(left) != 1 {
		t.Error("the cache holds", left, err)
	}
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	want(t, "the files", filesOnly(listing(t, b.dir)), filesOnly(before))
}

// filesOnly is a listing without the times and sizes of folders.
func filesOnly(listing string) (lines []string) {
	for line := range strings.Lines(listing) {
		if !strings.Contains(line, " d") {
			lines = append(lines, line)
		}
	}
	return lines
}

// listing gives every file below dir with its size and time.
func listing(t testing.TB, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil {
			fmt.Fprintln(&all, path, info.Size(), info.ModTime().UnixNano(), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestGoals(t *testing.T) {
	for name, expected := range map[string]Goal{
		"loss": Minimize, "val/loss": Minimize, "train_loss": Minimize, "valLoss": Minimize, "test error": Minimize,
		"perplexity": Minimize, "val/acc": Maximize, "topAcc": Maximize, "accuracy": Maximize, "F1": Maximize, "roc_auc": Maximize, "episode.reward": Maximize,
		"lr": NoGoal, "glossary": NoGoal, "space": NoGoal, "acc_loss": NoGoal, "": NoGoal, "accident": NoGoal,
	} {
		want(t, name, GoalOf(name), expected)
	}
	nan := math.NaN()
	for _, c := range []struct {
		goal Goal
		a, b float64
		want bool
	}{
		{Minimize, 1, 2, true}, {Minimize, 2, 1, false}, {Maximize, 2, 1, true}, {Maximize, 1, 1, false},
		{NoGoal, 1, 2, false}, {Minimize, nan, 1, false}, {Minimize, 1, nan, true}, {Maximize, nan, nan, false},
	} {
		want(t, fmt.Sprint(c), Better(c.goal, c.a, c.b), c.want)
	}
	b := newBench(t)
	m := b.run("r")
	m.Goals = []record.NamedGoal{{Name: "score", Goal: Minimize}, {Name: "acc", Goal: Minimize}}
	b.seal(m)
	r := b.one(b.open(), m)
	want(t, "declared", r.Goal("acc"), Minimize)
	want(t, "by name", r.Goal("loss"), Minimize)
	want(t, "main", r.MainMetric(), "score")
}
