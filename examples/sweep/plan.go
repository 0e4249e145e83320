package main

import "fmt"

// training is one run of the sweep.
type training struct {
	optimizer string
	rate      float64
	hidden    int
	seed      int
}

// flags are those of the digits example.
func (t training) flags() []string {
	return []string{
		"-optimizer", t.optimizer, "-lr", fmt.Sprint(t.rate),
		"-hidden", fmt.Sprint(t.hidden), "-seed", fmt.Sprint(t.seed),
	}
}

// seeds is how many trainings share their settings.
const seeds = 5

// plan gives the first n trainings of the grid: all seeds of one setting, then
// the next setting. Too high a learning rate is part of it: in sweeps some
// runs fail.
func plan(n int) []training {
	var all []training
	for seed := 0; len(all) < n; seed += seeds {
		for _, hidden := range []int{8, 16, 24, 32, 48} {
			for _, optimizer := range []string{"adam", "sgd"} {
				for _, rate := range []float64{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 1000} {
					for s := range seeds {
						all = append(all, training{optimizer, rate, hidden, seed + s + 1})
					}
				}
			}
		}
	}
	return all[:n]
}
