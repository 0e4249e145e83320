package training

import (
	"math/rand/v2"
)

// A Trainer improves a network, one pass over the samples at a time.
type Trainer struct {
	Network   *Network
	settings  Settings
	optimizer Optimizer
	random    *rand.Rand
	rate      float64
	gradient  []float64
	scratch   activation
}

// NewTrainer prepares to train network, or a new one where network is nil. A
// given network keeps its own number of hidden units, whatever the settings say.
func NewTrainer(s Settings, network *Network) (*Trainer, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(s.Seed, 0))
	if network == nil {
		network = NewNetwork(s.Hidden, random)
	}
	optimizer, err := NewOptimizer(s.Optimizer, len(network.Weights))
	if err != nil {
		return nil, err
	}
	return &Trainer{
		Network: network, settings: s, optimizer: optimizer, random: random,
		rate: s.Rate, gradient: make([]float64, len(network.Weights)),
	}, nil
}

// Epoch shows every sample to the network once, in a new order, and calls
// batch after each step of the optimizer with the mean loss of its samples.
func (t *Trainer) Epoch(samples []Sample, batch func(loss float64)) {
	order := t.random.Perm(len(samples))
	for len(order) > 0 {
		n := min(t.settings.Batch, len(order))
		batch(t.step(samples, order[:n]))
		order = order[n:]
	}
	t.rate *= t.settings.Decay
}

// step learns from the samples that chosen names and returns their mean loss.
func (t *Trainer) step(samples []Sample, chosen []int) float64 {
	clear(t.gradient)
	sum := 0.0
	for _, i := range chosen {
		sample := samples[i]
		for p := range sample.Pixels {
			sample.Pixels[p] += t.random.NormFloat64() * t.settings.Noise
		}
		t.Network.forward(&sample, &t.scratch)
		sum += t.Network.backward(&sample, &t.scratch, t.gradient)
	}
	for i := range t.gradient {
		t.gradient[i] /= float64(len(chosen))
	}
	t.optimizer.Step(t.Network.Weights, t.gradient, t.rate)
	return sum / float64(len(chosen))
}
