package index

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/recorder/internal/record"
)

// drawParams draws parameters of all kinds, as bytes.
func drawParams(t *rapid.T) []byte {
	params := map[string]any{}
	names := []string{"lr", "a.b", "a", "optimizer/lr", "größe", "x\x00y", ""}
	for range rapid.IntRange(0, 4).Draw(t, "parameters") {
		name := rapid.SampledFrom(names).Draw(t, "name")
		params[name] = rapid.SampledFrom([]any{nil, true, int64(-3), uint64(math.MaxUint64), 0.1, float32(0.1), math.NaN(), math.Inf(1), "text", "",
			[]byte{1, 2}, []any{1.5, "a", nil, math.Inf(-1)}, map[string]any{"b": int64(1), "c": map[string]any{}}}).Draw(t, "value")
	}
	if len(params) == 0 {
		return nil
	}
	raw, err := record.EncodeParams(params)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func drawRow(t *rapid.T) Row {
	r := Row{Started: Absent, Ended: Absent, Exit: Absent}
	copy(r.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
	copy(r.Tip[:], rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "tip"))
	for _, s := range r.texts() {
		*s = rapid.SampledFrom([]string{"", "a", "b\x00\xff", "words of some length"}).Draw(t, "text")
	}
	for _, l := range r.lists() {
		*l = rapid.SampledFrom([][]string{nil, {"a"}, {"", "b", ""}}).Draw(t, "list")
	}
	for _, n := range r.numbers() {
		if rapid.Bool().Draw(t, "there") {
			*n = rapid.Int64().Draw(t, "number")
		}
	}
	r.Params = drawParams(t)
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"acc", "loss", "val/loss", ""}), 0, 3, rapid.ID[string]).Draw(t, "results") {
		r.Results = append(r.Results, record.Result{Name: name, Value: rapid.Float64().Draw(t, "result")})
	}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"acc", "loss", "val/loss", ""}), 0, 3, rapid.ID[string]).Draw(t, "scalars") {
		n := rapid.Int64().Draw(t, "count")
		r.Scalars = append(r.Scalars, record.ScalarSummary{Name: name, Count: n, FirstStep: -n, LastStep: n / 2, First: 1, Last: rapid.Float64().Draw(t, "last"),
			Min: -1, Max: 2, MinStep: 3, MaxStep: 4, NaN: 5, Goal: record.Goal(rapid.IntRange(-1, 1).Draw(t, "goal"))})
	}
	r.Goals = rapid.SampledFrom([][]record.NamedGoal{{}, {{Name: "acc", Goal: record.Maximize}, {Name: "", Goal: record.Minimize}}}).Draw(t, "goals")
	return r
}

func sorted(rows []Row) []Row {
	slices.SortFunc(rows, func(a, b Row) int { return a.Compare(b.Key) })
	return slices.CompactFunc(rows, func(a, b Row) bool { return a.Key == b.Key })
}

// opened is a table that has just been encoded.
func opened(t rapid.TB, rows []Row) *Table {
	t.Helper()
	table, err := FromBytes(Encode(rows))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// What is put in comes out, row by row.
func TestRowsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := sorted(rapid.SliceOfN(rapid.Custom(drawRow), 0, 40).Draw(t, "rows"))
		table := opened(t, rows)
		if table.Len() != len(rows) {
			t.Fatal(table.Len(), "rows of", len(rows))
		}
		for i, want := range rows {
			got, err := table.Row(i)
			if err != nil || !same(got, want) {
				t.Fatalf("row %d: %v\n%+v\n%+v", i, err, got, want)
			}
			if at, ok := table.Find(want.Key); at != i || !ok {
				t.Fatal("row", i, "is found at", at, ok)
			}
			checkParams(t, table, i, want)
		}
	})
}

// same compares rows, also NaN with NaN.
func same(a, b Row) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }

// checkParams compares the columns of parameters with what they are made of.
func checkParams(t *rapid.T, table *Table, row int, r Row) {
	seen := map[string]bool{}
	for _, p := range flattenRaw(r.Params) {
		c, err := table.Param(p.name)
		if err != nil || c == nil {
			t.Fatal(p.name, c, err)
		}
		if got := c.Parameter(row); !seen[p.name] && fmt.Sprint(got) != fmt.Sprint(p.value) {
			t.Fatalf("%q is %v, want %v", p.name, got, p.value)
		}
		seen[p.name] = true
	}
	if c, err := table.Param("no such"); c != nil || err != nil {
		t.Fatal(c, err)
	}
}

// some is a small table with something in every kind of column.
func some() []Row {
	params, _ := record.EncodeParams(map[string]any{"lr": 0.5, "n": int64(3), "o": map[string]any{"a": true, "b": "x"}})
	var rows []Row
	for i := range 3 {
		r := Row{Status: "failed", Name: fmt.Sprint("run", i), Error: "no", Tags: []string{"a", "b"}, Started: int64(i), Ended: Absent, Exit: int64(i), Flags: Archived}
		r.ID[0] = byte(i)
		if i > 0 {
			r.Params = params
			r.Results = []record.Result{{Name: "acc", Value: 0.5}}
			r.Scalars = []record.ScalarSummary{{Name: "loss", Count: 3, Last: 1, Min: 0.5, Max: 2, LastStep: 9}}
			r.Goals = []record.NamedGoal{{Name: "loss", Goal: record.Minimize}}
		}
		rows = append(rows, r)
	}
	return rows
}

// everything reads all of a table and gives it as text.
func everything(table *Table) (string, error) {
	var b bytes.Buffer
	for i := range table.Len() {
		r, err := table.Row(i)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%#v\n", r)
		EachParam(string(r.Params), func(name string, p Parameter) { fmt.Fprintln(&b, name, p) })
	}
	names, err := table.ParamNames()
	slices.Sort(names)
	for _, name := range names {
		c, err := table.Param(name)
		if err != nil {
			return "", err
		}
		for i := range table.Len() {
			fmt.Fprintln(&b, name, i, c.Parameter(i))
		}
	}
	return b.String(), err
}

// A file that is changed or cut anywhere is an error or says the same.
func TestDamageAtEveryByte(t *testing.T) {
	file := Encode(some())
	table, err := FromBytes(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := everything(table)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, data []byte) {
		t.Helper()
		table, err := FromBytes(data)
		got := ""
		if err == nil {
			got, err = everything(table)
		}
		if err != nil && !errors.Is(err, ErrUnusable) {
			t.Fatal(what, "gives", err)
		}
		if err == nil && got != want {
			t.Fatal(what, "gives\n", got)
		}
	}
	for i := range file {
		try(fmt.Sprint("cut at ", i), file[:i])
		for _, flip := range []byte{1, 0x80, 0xff} {
			damaged := bytes.Clone(file)
			damaged[i] ^= flip
			try(fmt.Sprintf("byte %d ^ %#x", i, flip), damaged)
		}
	}
	try("a longer file", append(bytes.Clone(file), 0))
}

// With right checksums too, nothing that a file says breaks the reader.
func FuzzTable(f *testing.F) {
	table, err := FromBytes(Encode(some()))
	if err != nil {
		f.Fatal(err)
	}
	for name := range table.at {
		data, err := table.read(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint16(3), name, data)
	}
	f.Fuzz(func(t *testing.T, rows uint16, name string, data []byte) {
		columns := map[string][]byte{keysColumn: make([]byte, int(rows)*keyLength)}
		for i := range int(rows) {
			columns[keysColumn][i*keyLength], columns[keysColumn][i*keyLength+1] = byte(i>>8), byte(i)
		}
		columns[name] = data
		table, err := FromBytes(assemble(int(rows), columns))
		if err == nil {
			_, err = everything(table)
		}
		if err != nil && !errors.Is(err, ErrUnusable) {
			t.Fatal(err)
		}
	})
}

// Runs with very many parameters are found by them all the same.
func TestWideRuns(t *testing.T) {
	many := map[string]any{"lr": 0.5, "model/depth": int64(7)}
	for i := range 2 * maxWide {
		many[fmt.Sprint("p", i)] = int64(i)
	}
	raw, err := record.EncodeParams(many)
	if err != nil {
		t.Fatal(err)
	}
	rows := some()
	rows[0].Params = raw
	table := opened(t, rows)
	for name, want := range map[string][]string{"lr": {"0.5", "0.5", "0.5"}, "p7": {"7", "", ""}, "model.depth": {"7", "", ""}, "o/b": {"", "x", "x"}} {
		c, err := table.Param(name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range rows {
			got = append(got, c.Parameter(i).Text)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if names, err := table.ParamNames(); err != nil || len(names) != len(many)+4 {
		t.Error(len(names), err)
	}
}

// What killed writers have left goes with the next write, what others are
// writing stays.
func TestLeftoversAreSwept(t *testing.T) {
	dir := t.TempDir()
	old, young := filepath.Join(dir, newPrefix+"1"), filepath.Join(dir, newPrefix+"2")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "runs"), Encode(some())); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old one was left")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("the young one:", err)
	}
}

// Of several writers one wins, and who reads meanwhile sees a whole table.
func TestManyWritersAndReaders(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cache", "runs")
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 50 {
				rows := some()
				for j := range rows {
					rows[j].Name = fmt.Sprint(w)
				}
				if err := WriteFile(name, Encode(rows[:1+i%3])); err != nil {
					t.Error(err)
				}
				table, closer, err := OpenFile(name)
				if err != nil {
					t.Error(err)
					continue
				}
				if _, err := everything(table); err != nil {
					t.Error(err)
				}
				closer.Close()
			}
		})
	}
	group.Wait()
	left, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(left) != 1 {
		t.Error("left are", left, err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	if _, _, err := OpenFile(filepath.Dir(name)); !errors.Is(err, ErrUnusable) {
		t.Error("a folder gives", err)
	}
}
