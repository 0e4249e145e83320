package recorder

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// manyRuns seals n small runs.
func manyRuns(b *bench, n int) {
	for i := range n {
		m := b.run(fmt.Sprint("run ", i))
		m.source = map[string]string{"train.py": fmt.Sprint(i)}
		b.seal(m)
	}
}

func BenchmarkList1000Runs(b *testing.B) {
	fixture := newBench(b)
	manyRuns(fixture, 1000)
	for b.Loop() {
		p := fixture.open()
		runs, err := p.Runs(b.Context(), "")
		if err != nil || len(runs) != 1000 {
			b.Fatal(len(runs), err)
		}
	}
}

func BenchmarkList1000RunsWithTheirScalars(b *testing.B) {
	fixture := newBench(b)
	manyRuns(fixture, 1000)
	for b.Loop() {
		p := fixture.open()
		runs, err := p.Runs(b.Context(), "")
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range runs {
			if _, err := r.Params(); err != nil {
				b.Fatal(err)
			}
			if s, err := r.Scalars(); err != nil || len(s) != 1 {
				b.Fatal(s, err)
			}
		}
	}
}

// BenchmarkRowsOf1000Runs lists them from the cache.
func BenchmarkRowsOf1000Runs(b *testing.B) {
	fixture := newBench(b)
	manyRuns(fixture, 1000)
	rowsOf(fixture, "")
	for b.Loop() {
		if rows := rowsOf(fixture, "loss=..0.5"); rows.Len() != 1000 {
			b.Fatal(rows.Len())
		}
	}
}

// BenchmarkRowsOf1000RunsAndANewOne lists after each new run; none is packed.
func BenchmarkRowsOf1000RunsAndANewOne(b *testing.B) {
	fixture := newBench(b)
	manyRuns(fixture, 1000)
	rowsOf(fixture, "")
	for b.Loop() {
		b.StopTimer()
		fixture.seal(fixture.run("new"))
		b.StartTimer()
		if rows := rowsOf(fixture, "loss=..0.5"); rows.Len() <= 1000 {
			b.Fatal(rows.Len())
		}
	}
}

func BenchmarkFindByPrefixAmong1000(b *testing.B) {
	fixture := newBench(b)
	manyRuns(fixture, 999)
	m := fixture.seal(fixture.run("wanted"))
	p := fixture.open()
	for b.Loop() {
		if r, err := p.Run(b.Context(), m.UUID[:12]); err != nil || r.ID() != m.UUID {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenARunOf1500Scalars(b *testing.B) {
	fixture := newBench(b)
	m := fixture.run("wide")
	for step := range 200 {
		for i := range 1500 {
			m.points.Add(fmt.Sprintf("layer%d/weight", i), int64(step), time.Duration(step)*time.Second, float64(i*step))
		}
	}
	fixture.seal(m)
	for b.Loop() {
		r := fixture.one(fixture.open(), m)
		scalars, err := r.Scalars()
		if err != nil || len(scalars) != 1501 {
			b.Fatal(len(scalars), err)
		}
		if _, err := r.Params(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkASeriesOf10MillionPoints(b *testing.B) {
	fixture := newBench(b)
	m := fixture.run("long")
	const n = 10_000_000
	for step := range n {
		m.points.Add("noise", int64(step), time.Duration(step)*time.Millisecond, float64(step%1000)/7)
	}
	fixture.seal(m)
	for b.Loop() {
		s, err := fixture.one(fixture.open(), m).Series("noise")
		if err != nil || len(s.Values) != n {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/point")
}

func BenchmarkDiffOfTwo10000FileTrees(b *testing.B) {
	fixture := newBench(b)
	one, two := fixture.run("one"), fixture.run("two")
	one.source, two.source = map[string]string{}, map[string]string{}
	for i := range 10_000 {
		name := fmt.Sprintf("pkg%02d/sub%02d/file%d.go", i%100, i/100%10, i)
		one.source[name], two.source[name] = fmt.Sprint(i, "\n"), fmt.Sprint(i, "\n")
	}
	two.source["pkg42/sub04/file442.go"] = "changed\n"
	one.Source, two.Source = &record.Source{Files: 10_000}, &record.Source{Files: 10_000}
	fixture.seal(one)
	fixture.seal(two)
	for b.Loop() {
		p := fixture.open()
		d, err := p.Compare(b.Context(), fixture.one(p, one), fixture.one(p, two))
		if err != nil || len(d.Problems) > 0 || len(d.Source.Files) != 1 || len(d.Source.Files[0].Hunks) != 1 {
			b.Fatalf("%+v %v", d.Source, err)
		}
	}
}

// BenchmarkStatusOf1000Runs asks of 1,000 unsealed runs whether they live.
func BenchmarkStatusOf1000Runs(b *testing.B) {
	for name, want := range map[string]Status{"living": Running, "dead": Lost} {
		b.Run(name, func(b *testing.B) {
			fixture := newBench(b)
			fixture.seal(fixture.run("sealed"))
			var folders []string
			for range 1000 {
				w, lock := fixture.journal(fixture.run("r"), nil)
				folders = append(folders, filepath.Dir(filepath.Dir(w.Path())))
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				if want == Lost {
					lock.Unlock()
				}
			}
			p := fixture.open()
			for b.Loop() {
				for _, folder := range folders {
					if status, _ := p.witness().standing(folder); status != want {
						b.Fatal(status)
					}
				}
			}
		})
	}
}
