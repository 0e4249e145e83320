package training

import (
	"fmt"
	"math"
)

// An Optimizer moves weights a little way against their gradient.
type Optimizer interface {
	Step(weights, gradient []float64, rate float64)
}

// NewOptimizer gives the optimizer of that name, "sgd" or "adam", for so many
// weights.
func NewOptimizer(name string, weights int) (Optimizer, error) {
	switch name {
	case "sgd":
		return &momentum{velocity: make([]float64, weights)}, nil
	case "adam":
		return &adam{mean: make([]float64, weights), square: make([]float64, weights)}, nil
	}
	return nil, fmt.Errorf("optimizer %q is not known, use sgd or adam", name)
}

// momentum is stochastic gradient descent that keeps nine tenths of its speed.
type momentum struct {
	velocity []float64
}

func (m *momentum) Step(weights, gradient []float64, rate float64) {
	for i, g := range gradient {
		m.velocity[i] = 0.9*m.velocity[i] - rate*g
		weights[i] += m.velocity[i]
	}
}

// adam scales each weight's step by its recent gradients (Kingma and Ba, 2015).
type adam struct {
	mean, square []float64
	steps        float64
}

func (a *adam) Step(weights, gradient []float64, rate float64) {
	const keepMean, keepSquare, tiny = 0.9, 0.999, 1e-8
	a.steps++
	rate *= math.Sqrt(1-math.Pow(keepSquare, a.steps)) / (1 - math.Pow(keepMean, a.steps))
	for i, g := range gradient {
		a.mean[i] = keepMean*a.mean[i] + (1-keepMean)*g
		a.square[i] = keepSquare*a.square[i] + (1-keepSquare)*g*g
		weights[i] -= rate * a.mean[i] / (math.Sqrt(a.square[i]) + tiny)
	}
}
