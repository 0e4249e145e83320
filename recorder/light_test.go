package recorder

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// recordFull makes a run with all kinds of content that a list does not show.
func (tm *team) recordFull(i, n int) string {
	tm.Helper()
	e := Start(Options{Dir: tm.dirs[i], Name: fmt.Sprintf("full-%d", n), Quiet: true, NoSystem: true})
	e.SetParameter("lr", float64(n)/10)
	for step := range 300 {
		e.AddScalar("loss", 1/float64(step*n+1), step)
	}
	e.SetResult("acc", float64(n))
	picture := image.NewGray(image.Rect(0, 0, 60, 60))
	for p := range picture.Pix {
		picture.Pix[p] = byte(p * p * (n + 7) >> 3)
	}
	e.AddImage("sample", picture, 1)
	file := filepath.Join(tm.TempDir(), "weights.bin")
	weights, random := make([]byte, 100_000), rand.New(rand.NewPCG(uint64(n), 1))
	for i := range weights {
		weights[i] = byte(random.Uint32())
	}
	if err := os.WriteFile(file, weights, 0o600); err != nil {
		tm.Fatal(err)
	}
	e.AddFile("weights.bin", file)
	e.Finish()
	if err := e.Err(); err != nil {
		tm.Fatal(err)
	}
	return e.ID()
}

func (tm *team) fetchLight(i int) *Shared {
	tm.Helper()
	shared, err := tm.open(i).FetchLight(tm.Context(), ShareOptions{})
	if err != nil {
		tm.Fatal(err)
	}
	return shared
}

// blobsIn are the names that objects of a repository have, as git lists them.
func blobsIn(t testing.TB, dir string) string {
	t.Helper()
	return gitstoretest.Git(t, dir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
}

// A light fetch brings what lists and comparisons need, none of the rest, and a
// run comes in full when it is asked for.
func TestFetchLight(t *testing.T) {
	tm := newTeam(t, 2)
	defer gitstoretest.Unchanged(t, tm.dirs[0])()
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	first, second := tm.recordFull(0, 1), tm.recordFull(0, 2)
	tm.push(0)
	gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling")
	if refs := gitstoretest.Git(t, tm.server, "for-each-ref", catalogPrefix); strings.Count(refs, "\n") > 1 || !strings.Contains(refs, "commit") {
		t.Fatalf("the catalogs on the remote: %s", refs)
	}
	if shared := tm.fetchLight(1); len(shared.Light) != 2 || len(shared.New) != 0 {
		t.Fatalf("the light fetch: %+v", shared)
	}
	if refs := refsIn(t, tm.dirs[1]); refs != "" {
		t.Errorf("a light fetch made refs: %s", refs)
	}
	p := tm.open(1)
	rows, err := p.Rows(t.Context(), "lr<0.15")
	if err != nil || rows.Len() != 1 || rows.At(0).ID() != first || rows.At(0).Light() != "origin" {
		t.Fatalf("%v, %v", rows, err)
	}
	all, err := p.Runs(t.Context(), "")
	if err != nil || len(all) != 2 || all[0].ID() != second {
		t.Fatalf("%v, %v", all, err)
	}
	run := all[1]
	if scalars, err := run.Scalars(); err != nil || len(scalars) != 1 || scalars[0].Count != 300 {
		t.Errorf("the summaries: %+v, %v", scalars, err)
	}
	if images, err := run.Images(); err != nil || len(images) != 1 {
		t.Errorf("the images: %+v, %v", images, err)
	}
	d, err := p.Compare(t.Context(), all[0], run)
	if err != nil || len(d.Params) != 1 || len(d.Scalars) != 1 {
		t.Errorf("the comparison: %+v, %v", d, err)
	}
	_, series := run.Series("loss")
	_, open := run.OpenImage("sample", 1)
	_, files := run.Files()
	_, source := run.Source()
	_, _, tree := run.Tree()
	for what, err := range map[string]error{"points": series, "image": open, "files": files, "source": source, "tree": tree, "edit": p.Edit(t.Context(), run, Edit{AddTags: []string{"x"}})} {
		if !errors.Is(err, ErrLight) || !strings.Contains(fmt.Sprint(err), "origin") {
			t.Errorf("%s: %v", what, err)
		}
	}
	tm.nothingHeavy(1)
	if light, all := sizeOf(t, filepath.Join(tm.dirs[1], ".git", "exprec", lightStore, "objects")), sizeOf(t, filepath.Join(tm.server, "objects")); light > all/20 {
		t.Errorf("a light fetch of %d bytes brought %d", all, light)
	}
	if err := p.FetchRuns(t.Context(), ShareOptions{}, run); err != nil {
		t.Fatal(err)
	}
	run = tm.one(1, first)
	if points, err := run.Series("loss"); err != nil || len(points.Values) != 300 || run.Light() != "" {
		t.Errorf("%v, %v, %q", points, err, run.Light())
	}
	if shared := tm.fetchLight(1); len(shared.Light) != 0 {
		t.Errorf("the second light fetch: %+v", shared)
	}
	rows, err = tm.open(1).Rows(t.Context(), "")
	if err != nil || rows.Len() != 2 || rows.At(1).Light() != "" || rows.At(0).Light() != "origin" || rows.At(1).Bytes() <= rows.At(0).Bytes() {
		t.Errorf("%v, %v", rows, err)
	}
}

// sizeOf is how many bytes the files below a folder have.
func sizeOf(t testing.TB, dir string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// nothingHeavy fails where light.git holds anything but what stands at the roots
// of runs.
func (tm *team) nothingHeavy(i int) {
	tm.Helper()
	root := map[string]bool{}
	for line := range strings.Lines(refsIn(tm, tm.dirs[0])) {
		_, commit, _ := strings.Cut(strings.TrimSpace(line), " ")
		for entry := range strings.Lines(gitstoretest.Git(tm, tm.dirs[0], "ls-tree", commit)) {
			if fields := strings.Fields(entry); fields[1] == "blob" {
				root[fields[2]] = true
			}
		}
	}
	found := 0
	for line := range strings.Lines(blobsIn(tm, filepath.Join(tm.dirs[i], ".git", "exprec", lightStore))) {
		fields := strings.Fields(line)
		if fields[1] == "blob" && !root[fields[0]] {
			tm.Errorf("light.git holds the blob %s, which is at the root of no run", line)
		}
		found++
	}
	if found == 0 {
		tm.Error("there is nothing in light.git")
	}
}

// Who joins later, edits, purges and removes: lists of others follow.
func TestLightFollows(t *testing.T) {
	tm := newTeam(t, 3)
	a, b := tm.recordFull(0, 1), tm.recordFull(0, 2)
	tm.push(0)
	tm.fetchLight(2)
	tm.fetch(1)
	tm.edit(1, a, Edit{AddTags: []string{"good"}})
	c := tm.recordFull(1, 3)
	tm.push(1)
	if shared := tm.fetchLight(2); !slices.Equal(shared.Light, slices.Sorted(slices.Values([]string{a, c}))) {
		t.Fatalf("%+v", shared)
	}
	if rows, err := tm.open(2).Rows(t.Context(), "tag=good"); err != nil || rows.Len() != 1 {
		t.Errorf("%v, %v", rows, err)
	}
	p := tm.open(1)
	run, err := p.Run(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	params := gitstoretest.Git(t, tm.dirs[1], "rev-parse", run.Commit().String()+":params.msgpack")
	if _, err := p.Purge(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	tm.push(1)
	for line := range strings.Lines(gitstoretest.Git(t, tm.server, "for-each-ref", "--format=%(refname)", catalogPrefix)) {
		if tree := gitstoretest.Git(t, tm.server, "ls-tree", "-r", strings.TrimSpace(line)); strings.Contains(tree, params) {
			t.Errorf("%s still holds what was purged", strings.TrimSpace(line))
		}
	}
	tm.fetchLight(2)
	for _, i := range []int{1, 2} {
		light := filepath.Join(tm.dirs[i], ".git", "exprec", lightStore)
		if _, err := os.Stat(light); i == 1 && errors.Is(err, os.ErrNotExist) {
			continue // it has only pushed
		}
		if strings.Contains(blobsIn(t, light), params) {
			t.Errorf("clone %d: light.git still holds what was purged", i)
		}
	}
	if rows, err := tm.open(2).Rows(t.Context(), ""); err != nil || rows.Len() != 2 {
		t.Errorf("%v, %v", rows, err)
	}
	if _, err := tm.open(1).RemoveRemote(t.Context(), ShareOptions{Runs: []string{a}}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(gitstoretest.Git(t, tm.server, "for-each-ref", "--format=%(refname)", catalogPrefix)) {
		if tree := gitstoretest.Git(t, tm.server, "ls-tree", "-r", strings.TrimSpace(line)); strings.Contains(tree, a) {
			t.Errorf("%s still has the run that was removed", strings.TrimSpace(line))
		}
	}
	tm.fetchLight(2)
	if rows, err := tm.open(2).Rows(t.Context(), ""); err != nil || rows.Len() != 1 || rows.At(0).ID() != c {
		t.Errorf("%v, %v", rows, err)
	}
	tm.recordFull(0, 4) // whose catalog others have changed
	tm.push(0)
	tm.fetchLight(2)
	if rows, err := tm.open(2).Rows(t.Context(), "name:full-4"); err != nil || rows.Len() != 1 {
		t.Errorf("%v, %v", rows, err)
	}
	gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling")
}

// A remote without catalogs gives the roots of runs alone where it can, and
// whole runs where it cannot.
func TestLightWithoutCatalogs(t *testing.T) {
	tm := newTeam(t, 3)
	tm.recordFull(0, 1)
	tm.recordFull(0, 2)
	tm.push(0)
	ref := strings.TrimSpace(gitstoretest.Git(t, tm.server, "for-each-ref", "--format=%(refname)", catalogPrefix))
	gitstoretest.Git(t, tm.server, "update-ref", "-d", ref)
	if shared := tm.fetchLight(1); len(shared.New) != 2 || len(shared.Light) != 0 {
		t.Errorf("without filters: %+v", shared)
	}
	gitstoretest.Git(t, tm.server, "config", "uploadpack.allowFilter", "true")
	if shared := tm.fetchLight(2); len(shared.New) != 0 || len(shared.Light) != 2 {
		t.Fatalf("with filters: %+v", shared)
	}
	tm.nothingHeavy(2)
	if shared := tm.fetchLight(2); shared.Same != 2 || len(shared.Light) != 0 {
		t.Errorf("again: %+v", shared)
	}
}
