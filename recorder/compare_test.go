package recorder

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

func TestCompare(t *testing.T) {
	b := newBench(t)
	one, two := b.run("one"), b.run("two")
	two.params = map[string]any{"lr": 0.2, "model": map[string]any{"depth": int64(2), "width": int64(8)}, "seed": int64(1)}
	one.params["old"] = "x"
	one.source = map[string]string{"train.py": "a\nb\nc\n", "lib/gone.py": "1", "moved.py": "same content\n", "data.bin": "\x00\x01"}
	two.source = map[string]string{"train.py": "a\nB\nc\n", "lib/new.py": "2", "to/moved.py": "same content\n", "data.bin": "\x00\x02"}
	one.Results = []Result{{Name: "test/acc", Value: 0.5}, {Name: "only", Value: 1}}
	two.Results = []Result{{Name: "test/acc", Value: 0.75}}
	two.points.Add("loss", 3, 0, 2)
	two.points.Add("extra", 1, 0, 1)
	one.Inputs = []Input{{Name: "mnist", Path: "/a", Size: 1, SHA256: "aa"}, {Name: "same", Path: "/here", Size: 2, SHA256: "bb"}}
	two.Inputs = []Input{{Name: "mnist", Path: "/a", Size: 1, SHA256: "cc"}, {Name: "same", Path: "/there", Size: 2, SHA256: "bb"}}
	two.Host.Name, one.Git = "gpu-3", &record.Git{Commit: "c1"}
	two.Executable = &record.Executable{Path: "/bin/train", SHA256: "dd"} // that of the other was not read
	b.seal(one)
	b.seal(two)
	p := b.open()
	d, err := p.Compare(t.Context(), b.one(p, one), b.one(p, two))
	if err != nil || len(d.Problems) > 0 {
		t.Fatal(err, d.Problems)
	}
	want(t, "parameters", d.Params, []Change{
		{Name: "lr", Kind: Changed, A: 0.1, B: 0.2}, {Name: "model.width", Kind: Added, B: int64(8)},
		{Name: "old", Kind: Removed, A: "x"}, {Name: "seed", Kind: Added, B: int64(1)},
	})
	want(t, "results", d.Results, []ResultChange{
		{Name: "only", Kind: Removed, A: 1, B: math.NaN()},
		{Name: "test/acc", Kind: Changed, A: 0.5, B: 0.75, Goal: Maximize, Better: 1},
	})
	want(t, "scalars", d.Scalars, []ScalarChange{
		{ResultChange: ResultChange{Name: "extra", Kind: Added, A: math.NaN(), B: 1}, BStep: 1},
		{ResultChange: ResultChange{Name: "loss", Kind: Changed, A: 1. / 3, B: 2, Goal: Minimize, Better: -1}, AStep: 2, BStep: 3},
	})
	want(t, "inputs", len(d.Inputs), 1)
	want(t, "environment", d.Environment, []Change{
		{Name: "command", Kind: Changed, A: "train one", B: "train two"}, {Name: "git commit", Kind: Removed, A: "c1"},
		{Name: "git dirty", Kind: Removed, A: false}, {Name: "host", Kind: Added, B: "gpu-3"},
	})
	var files []string
	for _, f := range d.Source.Files {
		files = append(files, fmt.Sprintf("%s %s%s %t +%d -%d", f.Kind, f.Path, f.From, f.Binary, f.Added, f.Removed))
	}
	want(t, "files", files, []string{
		"changed data.bin true +0 -0", "removed lib/gone.py false +0 -1", "added lib/new.py false +1 -0",
		"moved to/moved.pymoved.py false +0 -0", "changed train.py false +1 -1",
	})
	want(t, "hunk", d.Source.Files[4].Hunks[0].String(), "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n")
	same, err := p.Compare(t.Context(), b.one(p, one), b.one(p, one))
	if err != nil || !same.Same() || d.Same() {
		t.Errorf("a run differs from itself: %+v %v", same, err)
	}
}

// A part that cannot be read does not stop the comparison of the others.
func TestCompareOfADamagedRun(t *testing.T) {
	b := newBench(t)
	good, bad := b.run("good"), b.run("bad")
	bad.raw[record.ParamsFile] = []byte{0xdf, 0xff, 0xff, 0xff, 0xff}
	bad.source = nil
	bad.Results = []Result{{Name: "test/acc", Value: 0.1}}
	b.seal(good)
	b.seal(bad)
	p := b.open()
	d, err := p.Compare(t.Context(), b.one(p, good), b.one(p, bad))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Problems) != 2 || !errors.Is(d.Problems[0], ErrDamaged) || !errors.Is(d.Problems[1], ErrNoSource) {
		t.Error("problems:", d.Problems)
	}
	want(t, "results", len(d.Results), 1)
	want(t, "same", d.Same(), false)
}

// A run that goes on is compared at its own step.
func TestCompareWithARunThatGoesOn(t *testing.T) {
	b := newBench(t)
	ended := b.seal(b.run("ended")) // loss 1, 1/2, 1/3 at 0, 1, 2
	m := b.run("live")
	b.start(m)
	w, _ := b.journal(m, nil)
	w.Scalar(w.Series("loss"), 0.4, 1)
	p := b.open()
	d, err := p.Compare(t.Context(), b.one(p, ended), b.one(p, m))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "scalars", d.Scalars, []ScalarChange{{
		ResultChange: ResultChange{Name: "loss", Kind: Changed, A: 0.5, B: 0.4, Goal: Minimize, Better: 1},
		AStep:        1, BStep: 1, SameStep: true,
	}})
	_ = journal.Scalar
}

func TestEqualValues(t *testing.T) {
	nan := math.NaN()
	equal := [][2]any{
		{int64(1), 1.0}, {uint64(math.MaxUint64), uint64(math.MaxUint64)}, {nan, nan}, {float32(0.1), 0.1}, {"a", "a"}, {nil, nil},
		{[]any{int64(1), nan}, []any{1.0, nan}}, {map[string]any{"a": int64(1)}, map[string]any{"a": 1.0}}, {[]byte("x"), []byte("x")}, {true, true},
		{math.Inf(1), math.Inf(1)}, {0.0, math.Copysign(0, -1)},
	}
	different := [][2]any{
		{int64(1), "1"}, {1.0, math.Nextafter(1, 2)}, {int64(math.MaxInt64), float64(math.MaxInt64)}, {nil, false}, {nan, 0.0},
		{[]any{int64(1)}, []any{int64(1), int64(2)}}, {"x", []byte("x")}, {true, int64(1)}, {math.Inf(1), math.Inf(-1)},
		{map[string]any{"a": nil}, map[string]any{"b": nil}}, {[]any{}, map[string]any{}}, {nil, ""},
	}
	for _, c := range equal {
		if !equalValues(c[0], c[1]) || !equalValues(c[1], c[0]) {
			t.Errorf("%#v and %#v are said to differ", c[0], c[1])
		}
	}
	for _, c := range different {
		if equalValues(c[0], c[1]) || equalValues(c[1], c[0]) {
			t.Errorf("%#v and %#v are said to be equal", c[0], c[1])
		}
	}
}

// However parameters nest, no leaf gets lost.
func TestFlattenKeepsEveryLeaf(t *testing.T) {
	want(t, "collision", flatten(map[string]any{"a": map[string]any{"b": 1}, "a.b": 2, "e": map[string]any{}}),
		named{"a.b": 1, "a.b (2)": 2, "e": map[string]any{}})
	var tree func(depth int) *rapid.Generator[map[string]any]
	tree = func(depth int) *rapid.Generator[map[string]any] {
		return rapid.Custom(func(t *rapid.T) map[string]any {
			m := map[string]any{}
			for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "a.b", "b.a", ""}), 0, 4).Draw(t, "keys") {
				if depth > 0 && rapid.Bool().Draw(t, "nested") {
					m[key] = tree(depth-1).Draw(t, key)
				} else {
					m[key] = rapid.Int64().Draw(t, "leaf")
				}
			}
			return m
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		m := tree(3).Draw(t, "tree")
		if got := len(flatten(m)); got != leaves(m) {
			t.Fatalf("%v has %d leaves, flattened %d", m, leaves(m), got)
		}
		if c := changes(flatten(m), flatten(m), equalValues); len(c) > 0 {
			t.Fatal("it differs from itself:", c)
		}
	})
}

func leaves(m map[string]any) int {
	n := 0
	for _, v := range m {
		if inner, ok := v.(map[string]any); ok && len(inner) > 0 {
			n += leaves(inner)
		} else {
			n++
		}
	}
	return n
}

func TestSourceDifferencesAreBounded(t *testing.T) {
	b := newBench(t)
	one, two := b.run("one"), b.run("two")
	one.source, two.source = map[string]string{}, map[string]string{}
	for i := range maxChangedFiles + 10 {
		two.source[fmt.Sprintf("f%05d", i)] = fmt.Sprint(i)
	}
	one.source["a-big"], two.source["a-big"] = "x", strings.Repeat("y\n", maxDiffFile)
	b.seal(one)
	b.seal(two)
	p := b.open()
	d, err := p.Compare(t.Context(), b.one(p, one), b.one(p, two))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "listed", len(d.Source.Files), maxChangedFiles)
	want(t, "more", d.Source.More, 11)
	if big := d.Source.Files[0]; big.Path != "a-big" || big.Hunks != nil || !strings.Contains(big.Note, "larger than") {
		t.Error("a big file gives", big.Path, big.Note)
	}
}
