package recorder

import (
	"testing"
)

// A value is judged by what other seeds of its setting vary by.
func TestReproduce(t *testing.T) {
	b := newBench(t)
	first, same, near, far := b.run("first"), b.run("same"), b.run("near"), b.run("far")
	for i, seed := range []*made{b.run("seed1"), b.run("seed2"), b.run("seed3")} {
		seed.Group, seed.params = "sweep", map[string]any{"lr": 0.1, "seed": int64(i + 2)}
		seed.Results = []Result{{Name: "acc", Value: 0.90 + 0.01*float64(i)}}
		b.seal(seed)
	}
	other := b.run("other")
	other.Group, other.params = "sweep", map[string]any{"lr": 10.0, "seed": int64(1)}
	other.Results = []Result{{Name: "acc", Value: -100}}
	b.seal(other)
	for _, r := range []*made{first, same, near, far} {
		r.Group, r.params = "sweep", map[string]any{"lr": 0.1, "seed": int64(1)}
		r.RerunOf = first.UUID
	}
	first.RerunOf = ""
	first.Results = []Result{{Name: "acc", Value: 0.91}, {Name: "gone", Value: 1}}
	same.Results = first.Results
	near.Results = []Result{{Name: "acc", Value: 0.92}}
	near.points.Add("loss", 7, 0, 0.123)
	far.Results = []Result{{Name: "acc", Value: 0.5}}
	for _, r := range []*made{first, same, near, far} {
		b.seal(r)
	}
	p := b.open()
	verdicts := func(r *made) map[string]Verdict {
		t.Helper()
		found, err := p.Reproduce(t.Context(), b.one(p, first), b.one(p, r))
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]Verdict{"": Worst(found)}
		for _, v := range found {
			of[v.Name] = v.Verdict
			if v.Name == "acc" && v.Seeds != 4 {
				t.Errorf("the noise of acc is that of %d runs, want 4: itself and three seeds", v.Seeds)
			}
		}
		return of
	}
	want(t, "the same", verdicts(same), map[string]Verdict{"": SameValue, "acc": SameValue, "gone": SameValue, "loss": SameValue})
	want(t, "near", verdicts(near), map[string]Verdict{"": NoValue, "acc": WithinNoise, "gone": NoValue, "loss": OtherValue})
	want(t, "far", verdicts(far), map[string]Verdict{"": NoValue, "acc": OtherValue, "gone": NoValue, "loss": SameValue})
}
