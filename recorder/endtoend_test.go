package recorder_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// What a program records in a user's repository is read back the same, while
// it runs and after it ended, and nothing of the user's is touched.
func TestRecordAndReadBack(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	e := recorder.Start(recorder.Options{Dir: dir, Name: "first", Title: "First try", Tags: []string{"base"}, Quiet: true})
	e.SetParameters(map[string]any{"lr": 0.5, "model": map[string]any{"layers": 3}})
	for step := range 100 {
		e.AddScalar("loss", 1/float64(step+1), step)
	}
	e.SetResult("test/acc", 0.875)
	e.SetGoal("test/acc", recorder.Maximize)
	f, err := e.Create("out/model.bin")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "weights")
	f.Close()
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	checkContent(t, dir, recorder.Running)
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	checkContent(t, dir, recorder.Succeeded)
}

// checkContent checks what the program of TestRecordAndReadBack recorded.
func checkContent(t *testing.T, dir string, status recorder.Status) {
	t.Helper()
	p := open(t, dir)
	run, err := p.Run(t.Context(), "@")
	if err != nil || run.Err() != nil {
		t.Fatal(err, run.Err())
	}
	params, err := run.Params()
	if fmt.Sprint(params) != "map[lr:0.5 model:map[layers:3]]" || err != nil {
		t.Errorf("%s: parameters %v, %v", status, params, err)
	}
	scalars, err := run.Scalars()
	if err != nil || len(scalars) != 1 || scalars[0].Count != 100 || scalars[0].Last != 0.01 || scalars[0].MinStep != 99 {
		t.Errorf("%s: scalars %+v, %v", status, scalars, err)
	}
	series, err := run.Series("loss")
	if err != nil || len(series.Values) != 100 || series.Values[1] != 0.5 || series.Steps[99] != 99 {
		t.Errorf("%s: series %+v, %v", status, series, err)
	}
	results := run.Results()
	if len(results) != 1 || results[0].Value != 0.875 || run.Goal("test/acc") != recorder.Maximize || run.MainMetric() != "test/acc" {
		t.Errorf("%s: results %+v", status, results)
	}
	files, err := run.Files()
	if err != nil {
		t.Fatal(err)
	}
	if data, err := fs.ReadFile(files, "out/model.bin"); string(data) != "weights" {
		t.Errorf("%s: file %q, %v", status, data, err)
	}
	source, err := run.Source()
	if err != nil {
		t.Fatal(err)
	}
	if err := sameFiles(source, dir); err != nil {
		t.Errorf("%s: source: %v", status, err)
	}
	if run.Status() != status || run.Label() != "First try" || fmt.Sprint(run.Tags()) != "[base]" {
		t.Errorf("status %s, label %q, tags %v", run.Status(), run.Label(), run.Tags())
	}
}

// sameFiles compares the tracked files of a work tree with a source.
func sameFiles(source fs.FS, dir string) error {
	checked := 0
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() {
			return err
		}
		got, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err == nil && string(got) != string(want) {
			err = fmt.Errorf("%s holds %q, want %q", name, got, want)
		}
		checked++
		return err
	})
	if err == nil && checked == 0 {
		err = errors.New("it is empty")
	}
	return err
}

// A run against the work tree: only what was changed since differs.
func TestCompareWithTheWorkTree(t *testing.T) {
	dir := repository(t)
	gitstoretest.Write(t, dir, "lib/same.py", "same\n")
	gitstoretest.Write(t, dir, "train.py", "a\nb\nc\n")
	e := recorder.Start(recorder.Options{Dir: dir, Quiet: true})
	e.Finish()
	p := open(t, dir)
	run := onlyRun(t, p)
	d, err := p.Compare(t.Context(), run, nil)
	if err != nil || !d.Same() {
		t.Fatalf("an unchanged work tree differs: %+v %v %v", d.Source, d.Problems, err)
	}
	gitstoretest.Write(t, dir, "train.py", "a\nB\nc\n")
	gitstoretest.Write(t, dir, "lib/new.py", "new\n")
	before := gitstoretest.Unchanged(t, dir)
	d, err = p.Compare(t.Context(), run, nil)
	before()
	if err != nil || len(d.Problems) > 0 {
		t.Fatal(err, d.Problems)
	}
	files := d.Source.Files
	if len(files) != 2 || files[0].Path != "lib/new.py" || files[0].Kind != recorder.Added || files[1].Path != "train.py" {
		t.Fatalf("%+v", files)
	}
	if got := files[1].Hunks[0].String(); got != "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" {
		t.Error(got)
	}
}

// A private store beside a native one is read as one list.
func TestBothStoresAreListed(t *testing.T) {
	dir := repository(t)
	record := func(name string) {
		e := recorder.Start(recorder.Options{Dir: dir, Name: name, Quiet: true})
		e.Finish()
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
	}
	record("native")
	gitstoretest.Git(t, dir, "config", "exprec.store", "private")
	record("private")
	gitstoretest.Git(t, dir, "config", "--unset", "exprec.store")
	p := open(t, dir)
	runs, err := p.Runs(t.Context(), "")
	if err != nil || len(runs) != 2 || runs[0].Label() != "private" || runs[1].Label() != "native" {
		t.Fatal(len(runs), err)
	}
	if refs := gitstoretest.Git(t, dir, "for-each-ref", "--format=x", "refs/exprec"); refs != "x" {
		t.Errorf("the user's repository has the refs %q, want one", refs)
	}
	if err := p.Edit(t.Context(), runs[0], recorder.Edit{AddTags: []string{"seen"}}); err != nil {
		t.Fatal(err)
	}
	again, err := p.Run(t.Context(), "private")
	if err != nil || fmt.Sprint(again.Tags()) != "[seen]" {
		t.Error(again, err)
	}
}
