package views

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// compared records runs that differ in lr and what came of it, and gives the
// beginnings of their ids.
func (b *bench) compared(rates ...float64) []string {
	b.Helper()
	var ids []string
	for i, lr := range rates {
		ids = append(ids, short(b.record(recorder.Options{Name: fmt.Sprintf("run-%d", i)}, func(e *recorder.Experiment) {
			e.SetParameter("lr", lr)
			e.SetParameter("batch", 64)
			e.SetParameter("net", map[string]any{"depth": 10 + i, "act": "relu"})
			e.SetResult("test/accuracy", 0.5+lr)
			for step := range 20 {
				e.AddScalar("train/loss", 1/float64(step+1)+lr, step)
				e.AddScalar("speed", 3, step)
			}
		})))
	}
	return ids
}

func comparing(ids ...string) string { return "/compare?run=" + strings.Join(ids, "&run=") }

var space = regexp.MustCompile(`\s+`)

// rowOf is the row of a table as text, without its markup: the texts of cells
// with | between.
func rowOf(t testing.TB, page, key string) string {
	t.Helper()
	for _, row := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(page, -1) {
		if !strings.Contains(row, ">"+key+"<") {
			continue
		}
		text := regexp.MustCompile(`</t[hd]>`).ReplaceAllString(row, "|")
		text = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, " ")
		text = space.ReplaceAllString(text, " ")
		return strings.Trim(strings.ReplaceAll(text, " |", "|"), " ")
	}
	return ""
}

func TestCompareShowsWhatDiffers(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.25, 0.0625)
	page := b.get(comparing(ids...), http.StatusOK)
	for key, want := range map[string]string{
		"lr":            "lr| 0.125| 0.25| 0.0625|",
		"net.depth":     "net.depth| 10| 11| 12|",
		"test/accuracy": "test/accuracy ↑ more is better| 0.625| 0.75 ★ the best +0.125 (+20 %) better| 0.5625 −0.0625 (−10 %) worse|",
		"train/loss":    "train/loss ↓ less is better| 0.175| 0.3 +0.125 (+71.4 %) worse| 0.1125 ★ the best −0.0625 (−35.7 %) better|",
		"batch":         "", "net.act": "", "speed": "", "status": "",
	} {
		if got := rowOf(t, page, key); got != want {
			t.Errorf("the row of %s is %q, want %q", key, got, want)
		}
	}
	if !regexp.MustCompile(`\d+ equal rows hidden`).MatchString(page) {
		t.Error("the page does not say how many rows are hidden")
	}
	page = b.get(comparing(ids...)+"&same=1", http.StatusOK)
	if got := rowOf(t, page, "batch"); got != "batch| 64| 64| 64|" {
		t.Errorf("with equal rows, the one of batch is %q", got)
	}
	page = b.get(comparing(ids...)+"&only=net.*", http.StatusOK)
	if rowOf(t, page, "net.depth") == "" || rowOf(t, page, "lr") != "" {
		t.Error("the filter does not filter")
	}
}

func TestCompareHasRunsAsRows(t *testing.T) {
	b := newBench(t)
	page := b.get(comparing(b.compared(0.125, 0.25)...)+"&flip=1&only=l", http.StatusOK)
	if got := rowOf(t, page, "lr"); got != "Run| lr| train/loss ↓ less is better|" {
		t.Errorf("the head is %q", got)
	}
	if got := rowOf(t, page, "run-0 base"); got != "" {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(page, "0.3\n") && !strings.Contains(page, ">0.3<") {
		t.Error("the values are missing")
	}
}

func TestCompareCSV(t *testing.T) {
	b := newBench(t)
	ids := b.compared(0.125, 0.1)
	lines, err := csv.NewReader(strings.NewReader(b.get("/compare.csv?run="+strings.Join(ids, "&run="), http.StatusOK))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(lines[0], "|"), "kind|name|"+ids[0]+" run-0|"+ids[1]+" run-1"; got != want {
		t.Errorf("the head is %s, want %s", got, want)
	}
	found := map[string]string{}
	for _, line := range lines[1:] {
		found[line[0]+" "+line[1]] = strings.Join(line[2:], "|")
	}
	if found["param lr"] != "0.125|0.1" || found["result test/accuracy"] != "0.625|0.6" || found["scalar train/loss"] != "0.175|0.15000000000000002" {
		t.Errorf("got %v", found)
	}
	if _, ok := found["param batch"]; ok {
		t.Error("a row that is equal is in the file")
	}
}
