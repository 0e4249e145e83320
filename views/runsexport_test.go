package views

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// Programs get the runs of the list: those that match, in its order, with its
// columns.
func TestRunsForPrograms(t *testing.T) {
	b := newBench(t)
	for i, name := range []string{"=SUM(A1)", "two", "three"} {
		b.record(recorder.Options{Name: name}, func(e *recorder.Experiment) {
			e.SetParameter("lr", i)
			e.AddScalar("loss", float64(3-i), 1)
		})
	}
	var list struct {
		Schema int
		Runs   []struct {
			Label   string
			Params  map[string]any
			Scalars map[string]struct{ Last float64 }
		}
	}
	if err := json.Unmarshal([]byte(b.get("/runs.json?q=lr=0..1&sort=loss", http.StatusOK)), &list); err != nil {
		t.Fatal(err)
	}
	if list.Schema != 1 || len(list.Runs) != 2 || list.Runs[0].Label != "two" || list.Runs[0].Scalars["loss"].Last != 2 || list.Runs[1].Params["lr"] != 0.0 {
		t.Errorf("the runs as JSON: %+v", list)
	}
	lines := strings.Split(strings.TrimSpace(b.get("/runs.csv?sort=lr&cols=lr,~,min(loss),none", http.StatusOK)), "\n")
	if len(lines) != 4 || lines[0] != "id,label,lr,min(loss)" || !strings.HasSuffix(lines[1], ",'=SUM(A1),0,3") || !strings.HasSuffix(lines[3], ",three,2,1") {
		t.Errorf("the runs as CSV: %q", lines)
	}
	if all := b.get("/runs.csv", http.StatusOK); !strings.HasPrefix(all, "id,label,name,") || !strings.Contains(all, "param.lr") || !strings.Contains(all, "scalar.loss") {
		t.Errorf("the runs as CSV, all of them: %q", all)
	}
	b.get("/runs.json?q=lr%3D", http.StatusBadRequest)
}
