package plot_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/exprec/exprec/views/plot"
)

func BenchmarkDownsample(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		p := walk(n)
		b.Run(fmt.Sprintf("scan/%d", n), func(b *testing.B) {
			for b.Loop() {
				plot.Downsample(p, math.NaN(), math.NaN(), 1600)
			}
		})
		pyramid := plot.NewPyramid(p)
		b.Run(fmt.Sprintf("pyramid/%d", n), func(b *testing.B) {
			for b.Loop() {
				pyramid.Downsample(math.NaN(), math.NaN(), 1600)
			}
		})
		b.Run(fmt.Sprintf("zoomed/%d", n), func(b *testing.B) {
			for b.Loop() {
				pyramid.Downsample(float64(n)/4, float64(n)/2, 1600)
			}
		})
	}
}

func BenchmarkNewPyramid(b *testing.B) {
	p := walk(1_000_000)
	for b.Loop() {
		plot.NewPyramid(p)
	}
}

func BenchmarkSmooth(b *testing.B) {
	p := walk(1_000_000)
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			plot.Smooth(p.Y, 0.99)
		}
	})
	b.Run("then downsample", func(b *testing.B) {
		for b.Loop() {
			plot.Downsample(plot.Points{X: p.X, Y: plot.Smooth(p.Y, 0.99)}, math.NaN(), math.NaN(), 1600)
		}
	})
}

func BenchmarkAppendWire(b *testing.B) {
	p := walk(6400)
	buf := []byte(nil)
	for b.Loop() {
		buf = plot.AppendWire(buf[:0], p.X, p.Y, p.Y)
	}
}

func BenchmarkChart(b *testing.B) {
	p := walk(1_000_000)
	c := plot.Chart{Width: 700, Height: 260, Lines: []plot.Line{{Points: p}}}
	for b.Loop() {
		_ = c.SVG()
	}
}

func BenchmarkRobustRange(b *testing.B) {
	p := walk(1_000_000)
	for b.Loop() {
		plot.RobustRange(p.Y)
	}
}
