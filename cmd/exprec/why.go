package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newWhy(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "why A B [NAME]",
		Short: "Say what may have moved a value from one run to another",
		Long: "Say how the scalar or result NAME moved from run A to run B, whether other seeds of A's group\n" +
			"vary as much by chance, and all that changed between the runs: parameters, inputs, packages,\n" +
			"source, environment. Without NAME it is the main metric, else the value that moved most.",
		Example:     "exprec why baseline @ val/accuracy",
		Args:        between(2, 3),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(p *recorder.Project, from *recorder.Run) error {
				to, err := p.Run(c.Context(), args[1])
				if err != nil {
					return err
				}
				if to, err = a.whole(c.Context(), p, to); err != nil {
					return err
				}
				name := ""
				if len(args) > 2 {
					name = args[2]
				}
				return a.why(c.Context(), p, from, to, name)
			})
		},
	}
}

func (a *app) why(ctx context.Context, p *recorder.Project, from, to *recorder.Run, name string) error {
	d, err := p.Compare(ctx, from, to)
	if err != nil {
		return err
	}
	moved, err := movedValue(d, name)
	if err != nil {
		return err
	}
	if moved != nil {
		if err := a.showMove(ctx, p, from, *moved); err != nil {
			return err
		}
	}
	return a.showCauses(d)
}

// movedValue is the value to explain, nil where none moved.
func movedValue(d *recorder.Difference, name string) (*recorder.ResultChange, error) {
	moves := slices.Clone(d.Results)
	for _, s := range d.Scalars {
		moves = append(moves, s.ResultChange)
	}
	wanted := cmp.Or(name, d.B.MainMetric(), d.A.MainMetric())
	for _, m := range moves {
		if m.Name == wanted {
			return &m, nil
		}
	}
	if name != "" {
		return nil, unmoved(d, name)
	}
	moves = slices.DeleteFunc(moves, func(m recorder.ResultChange) bool { return m.Kind != recorder.Changed || math.IsNaN(relative(m)) })
	if len(moves) == 0 {
		return nil, nil
	}
	most := slices.MaxFunc(moves, func(x, y recorder.ResultChange) int {
		return cmp.Compare(math.Abs(relative(x)), math.Abs(relative(y)))
	})
	return &most, nil
}

// unmoved says why a value that was asked for is not among those that moved.
func unmoved(d *recorder.Difference, name string) error {
	for _, r := range []*recorder.Run{d.A, d.B} {
		scalars, err := r.Scalars()
		if err != nil {
			return err
		}
		for _, s := range scalars {
			if s.Name == name {
				return nil
			}
		}
		for _, result := range r.Results() {
			if result.Name == name {
				return nil
			}
		}
	}
	return failed("exprec show "+d.A.Short()+" lists what it has", "neither run has a scalar or result %q", name)
}

// relative is by what part of it the value moved.
func relative(m recorder.ResultChange) float64 { return (m.B - m.A) / math.Abs(m.A) }

// showMove says how the value moved, and whether that may be chance.
func (a *app) showMove(ctx context.Context, p *recorder.Project, from *recorder.Run, m recorder.ResultChange) error {
	switch m.Kind {
	case recorder.Added:
		a.out.line(styled(boldStyle, "%s", sanitizeLine(m.Name)), plain(" is %s in the second run alone", number(m.B)))
		return nil
	case recorder.Removed:
		a.out.line(styled(boldStyle, "%s", sanitizeLine(m.Name)), plain(" is %s in the first run alone", number(m.A)))
		return nil
	}
	verb := "rose"
	if m.B < m.A {
		verb = "fell"
	}
	words := fmt.Sprintf(" %s from %s to %s", verb, number(m.A), number(m.B))
	if part := relative(m); !math.IsNaN(part) && !math.IsInf(part, 0) {
		words += fmt.Sprintf(" (%+.3g %%)", 100*part)
	}
	judgement := map[int]text{1: styled(green, ", which is better"), -1: styled(red, ", which is worse")}[m.Better]
	a.out.line(styled(boldStyle, "%s", sanitizeLine(m.Name)), plain("%s", words), judgement)
	noise, err := p.Noise(ctx, from, m.Name)
	if err != nil || noise.Seeds < 3 {
		return err
	}
	chance := "that is more than chance"
	if math.Abs(m.B-noise.Mean) <= noise.Reach() {
		chance = "so it may be chance"
	}
	a.out.line(plain("%s of the first setting give %s ± %s: %s", count(noise.Seeds, "seed"), number(noise.Mean), number(noise.Deviation), chance))
	return nil
}

// showCauses prints what changed, what is most likely to matter first.
func (a *app) showCauses(d *recorder.Difference) error {
	if len(d.Params)+len(d.Inputs)+len(d.Packages)+len(d.Environment)+len(d.Source.Files) == 0 {
		a.out.line(plain("Nothing else that was recorded differs. What is left is chance, and data that was read without being recorded as an input."))
		return problems(d.Problems)
	}
	a.diffChanges("Parameters", d.Params)
	a.diffChanges("Inputs", d.Inputs)
	a.diffChanges("Packages", d.Packages)
	a.diffSource(d.Source)
	a.diffChanges("Environment", d.Environment)
	return problems(d.Problems)
}
