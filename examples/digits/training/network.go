package training

import (
	"math"
	"math/rand/v2"
)

// A Network is a perceptron with one hidden layer: 64 pixels, ReLU units, a
// probability for each of the ten digits. Weights holds all its numbers in one
// slice, so that an optimizer need not know their meaning.
type Network struct {
	Hidden  int       `json:"hidden"`  // units of the hidden layer
	Weights []float64 `json:"weights"` // layers one after the other, see layers
}

// layers gives the parts of a slice as long as Weights: for the hidden layer
// hidden x 64 weights and hidden biases, for the last 10 x hidden and 10.
func (n *Network) layers(all []float64) (w1, b1, w2, b2 []float64) {
	w1, all = all[:n.Hidden*pixels], all[n.Hidden*pixels:]
	b1, all = all[:n.Hidden], all[n.Hidden:]
	w2, b2 = all[:classes*n.Hidden], all[classes*n.Hidden:]
	return w1, b1, w2, b2
}

// size is the number of weights of a network with so many hidden units.
func size(hidden int) int {
	return hidden*pixels + hidden + classes*hidden + classes
}

// NewNetwork draws the first weights from random, scaled as suits ReLU (He and
// others, 2015). Biases start at zero.
func NewNetwork(hidden int, random *rand.Rand) *Network {
	n := &Network{Hidden: hidden, Weights: make([]float64, size(hidden))}
	w1, _, w2, _ := n.layers(n.Weights)
	fill(w1, math.Sqrt(2.0/pixels), random)
	fill(w2, math.Sqrt(2.0/float64(hidden)), random)
	return n
}

func fill(weights []float64, deviation float64, random *rand.Rand) {
	for i := range weights {
		weights[i] = random.NormFloat64() * deviation
	}
}

// An activation is what a network made of one sample.
type activation struct {
	hidden []float64        // output of the hidden layer
	digits [classes]float64 // probability of each digit, in all 1
}

// forward computes the activation of a sample into a.
func (n *Network) forward(sample *Sample, a *activation) {
	w1, b1, w2, b2 := n.layers(n.Weights)
	if a.hidden == nil {
		a.hidden = make([]float64, n.Hidden)
	}
	for h := range a.hidden {
		a.hidden[h] = max(0, b1[h]+dot(w1[h*pixels:(h+1)*pixels], sample.Pixels[:]))
	}
	for c := range a.digits {
		a.digits[c] = b2[c] + dot(w2[c*n.Hidden:(c+1)*n.Hidden], a.hidden)
	}
	softmax(a.digits[:])
}

// backward adds to gradient what the cross-entropy of one sample asks of each
// weight and returns that cross-entropy.
func (n *Network) backward(sample *Sample, a *activation, gradient []float64) float64 {
	_, _, w2, _ := n.layers(n.Weights)
	g1, gb1, g2, gb2 := n.layers(gradient)
	delta := a.digits
	delta[sample.Digit]--
	below := make([]float64, n.Hidden)
	for c, d := range delta {
		gb2[c] += d
		addScaled(g2[c*n.Hidden:(c+1)*n.Hidden], a.hidden, d)
		addScaled(below, w2[c*n.Hidden:(c+1)*n.Hidden], d)
	}
	for h, d := range below {
		if a.hidden[h] > 0 {
			gb1[h] += d
			addScaled(g1[h*pixels:(h+1)*pixels], sample.Pixels[:], d)
		}
	}
	return crossEntropy(a, sample.Digit)
}

func crossEntropy(a *activation, digit int) float64 {
	return -math.Log(max(a.digits[digit], 1e-12))
}

// softmax turns scores into probabilities.
func softmax(scores []float64) {
	highest := scores[0]
	for _, s := range scores {
		highest = max(highest, s)
	}
	sum := 0.0
	for i, s := range scores {
		scores[i] = math.Exp(s - highest)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// addScaled adds factor*from to to.
func addScaled(to, from []float64, factor float64) {
	for i, x := range from {
		to[i] += factor * x
	}
}
