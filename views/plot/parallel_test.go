package plot_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

func TestParallelOfAnythingIsASoundPicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plot.Parallel{Width: rapid.IntRange(-1, 900).Draw(t, "width"), Height: rapid.IntRange(-1, 400).Draw(t, "height"), Title: rapid.String().Draw(t, "title")}
		for range rapid.IntRange(0, 5).Draw(t, "axes") {
			p.Axes = append(p.Axes, plot.Axis{
				Title: rapid.String().Draw(t, "axis"), Log: rapid.Bool().Draw(t, "log"),
				Categories: rapid.SliceOfN(rapid.String(), 0, 30).Draw(t, "categories"),
			})
		}
		for range rapid.IntRange(0, 4).Draw(t, "threads") {
			one := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), 1e300, 5e-324}))
			p.Threads = append(p.Threads, plot.Thread{
				Values: rapid.SliceOfN(one, len(p.Axes), len(p.Axes)).Draw(t, "values"),
				Class:  rapid.String().Draw(t, "class"), Title: rapid.String().Draw(t, "name"), Faint: rapid.Bool().Draw(t, "faint"),
			})
		}
		readSVG(t, p.SVG())
	})
}

func TestParallelPlacesValues(t *testing.T) {
	nan := math.NaN()
	p := plot.Parallel{Width: 512, Height: 160, Axes: []plot.Axis{{Title: "lr", Log: true}, {Title: "optim", Categories: []string{"adam", "sgd", "lion"}}, {Title: "loss"}},
		Threads: []plot.Thread{
			{Values: []float64{0.001, 0, 4}, Class: "c0", Title: "<a>"},
			{Values: []float64{0.1, 2, 2}, Class: "c1", Title: "b"},
			{Values: []float64{0.01, 1, 3}, Faint: true},
			{Values: []float64{0, nan, 2}, Faint: true}, // 0 has no place on a logarithmic axis
		}}
	text := p.SVG()
	// The axes are at 56, 256 and 456, from 38 to 138.
	for _, want := range []string{
		`<g class="c0"><title>&lt;a&gt;</title><path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" d="M56 138L256 138L456 38"/>`,
		`d="M56 38L256 38L456 138"/>`, `d="M56 88L256 88L456 88M456 138h0"/>`,
		">lr (log)</text>", ">0.001</text>", ">0.1</text>", ">adam</text>", ">sgd</text>", ">lion</text>", ">4</text>", ">2</text>",
		"4 lines across 3 axes",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}

// An axis on which all have the same names that value, and no other.
func TestParallelOfOneValue(t *testing.T) {
	p := plot.Parallel{Axes: []plot.Axis{{Title: "batch"}}, Threads: []plot.Thread{{Values: []float64{64}}, {Values: []float64{64}}, {Values: []float64{math.NaN()}}}}
	got := readSVG(t, p.SVG()).texts
	if strings.Join(got, "|") != "batch|64" {
		t.Errorf("the texts are %q", got)
	}
}
