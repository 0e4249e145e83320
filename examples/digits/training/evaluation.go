package training

// An Evaluation says how well a network does on samples it has not learnt from.
type Evaluation struct {
	Loss      float64               // mean cross-entropy in nats
	Accuracy  float64               // share of samples read rightly, 0 to 1
	Confusion [classes][classes]int // samples by digit shown and digit read
	Mistakes  []Mistake             // in the order of the samples
}

// A Mistake is a sample and the wrong digit that was read from it.
type Mistake struct {
	Sample *Sample
	Read   int
}

// Evaluate reads every sample with the network. There must be at least one.
func Evaluate(n *Network, samples []Sample) Evaluation {
	var e Evaluation
	var a activation
	for i := range samples {
		sample := &samples[i]
		n.forward(sample, &a)
		read := best(a.digits)
		e.Confusion[sample.Digit][read]++
		e.Loss += crossEntropy(&a, sample.Digit) / float64(len(samples))
		if read != sample.Digit {
			e.Mistakes = append(e.Mistakes, Mistake{sample, read})
		}
	}
	e.Accuracy = 1 - float64(len(e.Mistakes))/float64(len(samples))
	return e
}

// best is the digit with the highest probability.
func best(digits [classes]float64) int {
	b := 0
	for d, p := range digits {
		if p > digits[b] {
			b = d
		}
	}
	return b
}
