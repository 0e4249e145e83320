package recorder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// Verdict says how a value of a run that was run again compares to the first
// time.
type Verdict string

// The verdicts, the best first.
const (
	SameValue   Verdict = "same"         // every point, bit for bit
	WithinNoise Verdict = "within noise" // no further away than other seeds of the group are
	OtherValue  Verdict = "different"
	NoValue     Verdict = "missing" // only one of the runs has it
)

// Reproduction compares a scalar's last value, or a result, with that of the
// run that was run again.
type Reproduction struct {
	Name    string
	Verdict Verdict
	A, B    float64 // first time, now; NaN where the run has none
	Noise
}

// Noise is how much a value varies among runs that differ in nothing but their
// seeds.
type Noise struct {
	Seeds     int     // how many runs tell
	Mean      float64 // of their values, NaN without
	Deviation float64 // standard deviation (of a sample), NaN with less than three of them
}

// Reach is how far from the mean 19 of 20 further values lie, about, if they
// are distributed normally; NaN where that cannot be told.
func (n Noise) Reach() float64 {
	return 2 * n.Deviation * math.Sqrt(1+1/float64(max(n.Seeds, 1)))
}

// Noise tells how much a scalar's last value, or a result, of the run varies by
// chance: among the runs of its group that succeeded with the same parameters
// but for those that are named seed or random_state.
func (p *Project) Noise(ctx context.Context, r *Run, name string) (Noise, error) {
	seeds, err := p.otherSeeds(ctx, r, "")
	return spread(seeds, name), err
}

// Reproduce says value by value whether run b reproduces run a.
func (p *Project) Reproduce(ctx context.Context, a, b *Run) ([]Reproduction, error) {
	x, err := valuesOf(a)
	if err != nil {
		return nil, err
	}
	y, err := valuesOf(b)
	if err != nil {
		return nil, err
	}
	seeds, err := p.otherSeeds(ctx, a, b.ID())
	if err != nil {
		return nil, err
	}
	var found []Reproduction
	for _, name := range unionOfNames(x, y) {
		r := Reproduction{Name: name, A: valueOr(x[name]), B: valueOr(y[name])}
		r.Noise = spread(seeds, name)
		if r.Verdict, err = r.judge(x, y, a, b); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, nil
}

// SamePrinted reports whether both runs printed the same on stdout, byte for
// byte, as far as it was kept.
func SamePrinted(a, b *Run) (bool, error) {
	x, err := a.Output("stdout")
	if err != nil {
		return false, err
	}
	y, err := b.Output("stdout")
	if err != nil || x.Size != y.Size {
		return false, err
	}
	first, err := digestOfOutput(x)
	if err != nil {
		return false, err
	}
	now, err := digestOfOutput(y)
	return first == now, err
}

func digestOfOutput(o Output) (string, error) {
	text, err := o.Open()
	if err != nil {
		return "", err
	}
	defer text.Close()
	h := sha256.New()
	if _, err := io.Copy(h, text); err != nil {
		return "", fmt.Errorf("read what was printed on %s: %w", o.Stream, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// valuesOf are a run's results and the last values of its scalars, but for what
// the recorder measures itself: that never comes twice.
func valuesOf(r *Run) (map[string]any, error) {
	scalars, err := r.Scalars()
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	for _, s := range scalars {
		if !strings.HasPrefix(s.Name, "system/") {
			values[s.Name] = s.Last
		}
	}
	for _, result := range r.Results() {
		values[result.Name] = result.Value
	}
	return values, nil
}

func unionOfNames(x, y map[string]any) []string {
	var names []string
	for name := range x {
		names = append(names, name)
	}
	for name := range y {
		if _, both := x[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (r *Reproduction) judge(x, y map[string]any, a, b *Run) (Verdict, error) {
	_, first := x[r.Name]
	_, now := y[r.Name]
	if !first || !now {
		return NoValue, nil
	}
	if sameBits(r.A, r.B) {
		same, err := samePoints(a, b, r.Name)
		if same || err != nil {
			return SameValue, err
		}
	}
	if reach := r.Reach(); math.Abs(r.B-r.Mean) <= reach || math.Abs(r.B-r.A) <= reach {
		return WithinNoise, nil
	}
	return OtherValue, nil
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// samePoints reports whether both runs logged the same values at the same
// steps. A name that is no scalar is a result, which has been compared.
func samePoints(a, b *Run, name string) (bool, error) {
	x, err := a.Series(name)
	if errors.Is(err, ErrNoScalar) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	y, err := b.Series(name)
	if err != nil {
		return errors.Is(err, ErrNoScalar), nil
	}
	return slices.Equal(x.Steps, y.Steps) && slices.EqualFunc(x.Values, y.Values, sameBits), nil
}

// otherSeeds are the values of the runs that show how much they vary by
// chance, of run a itself too, but not of the one with the id besides.
func (p *Project) otherSeeds(ctx context.Context, a *Run, besides string) ([]map[string]any, error) {
	if a.Info().Group == "" {
		return nil, nil
	}
	params, err := a.Params()
	if err != nil {
		return nil, err
	}
	rows, err := p.Rows(ctx, "")
	if err != nil {
		return nil, err
	}
	var seeds []map[string]any
	for i := range rows.Len() {
		row := rows.At(i)
		if row.Group() != a.Info().Group || row.Status() != Succeeded || row.ID() == besides {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r := row.Run()
		if r.Info().Group != a.Info().Group || r.Status() != Succeeded || r.ID() == besides || r.Info().RerunOf != "" {
			continue
		}
		theirs, err := r.Params()
		if err != nil || len(changes(withoutSeeds(params), withoutSeeds(theirs), equalValues)) > 0 {
			continue
		}
		if values, err := valuesOf(r); err == nil {
			seeds = append(seeds, values)
		}
	}
	return seeds, nil
}

// withoutSeeds are the parameters that say what a run is, not how its dice
// fell.
func withoutSeeds(params map[string]any) named {
	flat := flatten(params)
	maps.DeleteFunc(flat, func(name string, _ any) bool { return IsSeed(name) })
	return flat
}

// IsSeed reports whether a parameter is, by its name with dots, one that only
// chance depends on.
func IsSeed(name string) bool {
	words := wordsOf(name[strings.LastIndexAny(name, "./")+1:])
	return slices.Contains(words, "seed") || slices.Equal(words, []string{"random", "state"})
}

// spread is the noise of the finite values of a name.
func spread(runs []map[string]any, name string) Noise {
	var values []float64
	for _, run := range runs {
		if v, ok := run[name].(float64); ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
			values = append(values, v)
		}
	}
	n := Noise{Seeds: len(values), Mean: math.NaN(), Deviation: math.NaN()}
	if n.Seeds == 0 {
		return n
	}
	n.Mean = sum(values) / float64(n.Seeds)
	if n.Seeds < 3 {
		return n
	}
	squares := make([]float64, n.Seeds)
	for i, v := range values {
		squares[i] = (v - n.Mean) * (v - n.Mean)
	}
	n.Deviation = math.Sqrt(sum(squares) / float64(n.Seeds-1))
	return n
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

// Worst is the verdict on the whole: that of the value that is reproduced
// worst, and [SameValue] where there is none.
func Worst(of []Reproduction) Verdict {
	order := []Verdict{SameValue, WithinNoise, OtherValue, NoValue}
	worst := 0
	for _, r := range of {
		worst = max(worst, slices.Index(order, r.Verdict))
	}
	return order[worst]
}
