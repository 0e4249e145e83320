package views

import (
	"net/http"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

func TestRunPage(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "first", Tags: []string{"quick"}}, func(e *recorder.Experiment) {
		e.SetParameter("model", map[string]any{"depth": 3})
		e.AddScalar("loss", 0.25, 1)
	})
	page := b.get("/runs/"+id[:8], http.StatusOK)
	for _, words := range []string{">first</h1>", ">succeeded<", "model.depth", ">3<", `aria-current="page"`} {
		if !strings.Contains(page, words) {
			t.Errorf("the page of a run lacks %s:\n%s", words, page)
		}
	}
	b.get("/runs/"+id, http.StatusOK)
	b.get("/runs/00000000", http.StatusNotFound)
	b.get("/runs/..%2f..", http.StatusNotFound)
}
