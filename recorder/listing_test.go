package recorder_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// lists lists the runs of the folder again and again, as new processes would,
// until a file called stop is there. It throws the cache away now and then.
func lists() {
	fail := func(what ...any) {
		fmt.Fprintln(os.Stderr, what...)
		os.Exit(1)
	}
	deadline := time.Now().Add(time.Minute)
	for last, n := 0, 0; time.Now().Before(deadline); n++ {
		_, stop := os.Stat("stop")
		p, err := recorder.Open(".")
		if err != nil {
			fail(err)
		}
		rows, err := p.Rows(context.Background(), "loss=1 status=succeeded or running or lost")
		if err != nil || rows.Len() < last {
			fail(rows.Len(), "runs after", last, err)
		}
		last = rows.Len()
		for i := range rows.Len() {
			if r := rows.At(i); r.Err() != nil || r.Name() != "" || len(r.Label()) == 0 {
				fail(r.ID(), r.Label(), r.Err())
			}
		}
		if n%7 == 3 {
			os.Remove(filepath.Join(".git", "exprec", "cache", "runs-1"))
		}
		p.Close()
		if stop == nil {
			fmt.Println(last)
			return
		}
	}
	fail("nobody said stop")
}

// Several processes list, and write and remove the cache, while others record:
// no list loses a run or has a wrong one, and nothing of the user's changes.
func TestProcessesListWhileOthersRecord(t *testing.T) {
	dir := repository(t)
	unchanged := gitstoretest.Unchanged(t, dir)
	if out, err := program(t, dir, "creates").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var listing, recording sync.WaitGroup
	const listers, runs = 3, 10
	for range listers {
		cmd := program(t, dir, "lists")
		listing.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != fmt.Sprint(runs+1) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	for range 2 {
		recording.Go(func() {
			for range runs / 2 {
				if out, err := program(t, dir, "creates").CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			}
		})
	}
	recording.Wait()
	gitstoretest.Write(t, dir, "stop", "")
	listing.Wait()
	if err := os.Remove(filepath.Join(dir, "stop")); err != nil {
		t.Fatal(err)
	}
	unchanged()
	p := open(t, dir)
	rows, err := p.Rows(t.Context(), "")
	if err != nil || rows.Len() != runs+1 {
		t.Fatal(rows.Len(), err)
	}
	for i := range rows.Len() {
		if run := rows.At(i).Run(); run.Label() != rows.At(i).Label() || run.Status() != rows.At(i).Status() {
			t.Errorf("%s is listed as %s, %s", run.ID(), rows.At(i).Label(), rows.At(i).Status())
		}
	}
}
