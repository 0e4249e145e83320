package recorder

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// tableOf gives the rows of a table in FORMAT.md whose heading begins so.
func tableOf(t testing.TB, heading string) (rows [][]string) {
	t.Helper()
	data, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "\n"+heading)
	text, _, _ = strings.Cut(text, "\n\n")
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			if cells[i] = strings.TrimSpace(cells[i]); cells[i] == "-" {
				cells[i] = ""
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

// truthRun makes a run of the truth table. One that goes on there has ended
// here: the table asks for nothing in which the two differ.
func truthRun(b *bench, cells []string) *made {
	b.Helper()
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
	m := b.run("")
	// Always the same: of the words of a drawn alias a query might find one.
	m.UUID = strings.Repeat(strings.ToLower(cells[0]), 8) + "-5f0c-4b6e-9c1d-7e3a2b4c6d8f"
	m.Alias = record.Alias(m.UUID)
	m.Title, m.Status, m.Group = cells[1], Status(cells[2]), cells[4]
	if m.Status == Running {
		m.Status = Stopped
	}
	m.Tags = strings.FieldsFunc(cells[3], func(r rune) bool { return r == ',' || r == ' ' })
	m.Command = strings.Fields(cells[5])
	started, err := time.Parse("2006-01-02T15:04", cells[6])
	if err != nil {
		b.Fatal(err)
	}
	m.Started, m.Ended = started, started.Add(time.Duration(number(cells[7]))*time.Second)
	if kind, message, ok := strings.Cut(cells[8], ": "); ok {
		m.Error = &record.Failure{Type: kind, Message: message}
	}
	m.params, m.Results, m.points = map[string]any{}, nil, record.NewBuilder()
	if cells[9] != "" {
		m.params["lr"] = number(cells[9])
	}
	if cells[10] != "" {
		m.params["optimizer"] = map[string]any{"name": cells[10]}
	}
	if last, least, ok := strings.Cut(cells[11], ", "); ok {
		for step, v := range []float64{number(least), number(least), number(last)} {
			m.points.Add("loss", int64(step), time.Second, v)
		}
	}
	if cells[12] != "" {
		m.Results = []Result{{Name: "acc", Value: number(cells[12])}}
	}
	if cells[13] != "" {
		for i := range int(number(cells[13])) {
			m.images = append(m.images, Image{Name: "sample", Step: int64(i), File: fmt.Sprintf("sample/%d.png", i), Size: 3})
		}
	}
	return m
}

// What FORMAT.md says of queries holds for runs in git, without a cache and
// with one.
func TestTruthTableWithRuns(t *testing.T) {
	b := newBench(t)
	for _, cells := range tableOf(t, "| run |") {
		b.seal(truthRun(b, cells))
	}
	now := time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
	cases := tableOf(t, "| query | runs |")
	if len(cases) < 80 {
		t.Fatal("few queries:", len(cases))
	}
	for _, round := range []string{"without a cache", "with a cache"} {
		p := b.open()
		for _, c := range cases {
			query := strings.Trim(c[0], "`")
			rows, err := p.rowsAt(t.Context(), query, now)
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]bool{}
			for i := range rows.Len() {
				found[strings.ToUpper(rows.At(i).ID()[:1])] = true
			}
			var got []string
			for _, run := range []string{"A", "B", "C", "D"} {
				if found[run] {
					got = append(got, run)
				}
			}
			if strings.Join(got, " ") != c[1] {
				t.Errorf("%s: %s matches %v, want %s", round, query, got, c[1])
			}
		}
	}
}
