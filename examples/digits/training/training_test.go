package training

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestLoadGivesTheWholeDataSet(t *testing.T) {
	samples, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	var counts [classes]int
	for _, s := range samples {
		counts[s.Digit]++
	}
	if want := [classes]int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}; counts != want {
		t.Errorf("samples by digit: %v, want %v", counts, want)
	}
}

func TestSplitHoldsTheSameFifthBack(t *testing.T) {
	samples, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(samples)
	train, held := Split(samples)
	_, again := Split(samples)
	if len(train) != 1438 || len(held) != 359 {
		t.Errorf("%d and %d samples, want 1438 and 359", len(train), len(held))
	}
	if !slices.Equal(held, again) || !slices.Equal(samples, before) {
		t.Error("a second split differs, or the samples were changed")
	}
}

func TestReadRefusesBadFiles(t *testing.T) {
	good := strings.Repeat("0,", pixels)
	for name, c := range map[string]struct{ text, problem string }{
		"pixel too dark": {strings.Repeat("17,", pixels) + "3\n", "line 1: pixel 0"},
		"pixel no word":  {strings.Repeat("x,", pixels) + "3\n", "line 1: pixel 0"},
		"no digit":       {good + "1\n" + good + "10\n", `line 2: label "10"`},
		"too short":      {"1,2,3\n", "wrong number of fields"},
	} {
		t.Run(name, func(t *testing.T) {
			var file bytes.Buffer
			z := gzip.NewWriter(&file)
			fmt.Fprint(z, c.text)
			z.Close()
			_, err := read(&file)
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("error is %v, want one with %q", err, c.problem)
			}
		})
	}
}

// TestGradient compares backward with the slope of the loss measured directly.
func TestGradient(t *testing.T) {
	samples, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	n := NewNetwork(5, rand.New(rand.NewPCG(3, 3)))
	var a activation
	gradient := make([]float64, len(n.Weights))
	n.forward(&samples[0], &a)
	n.backward(&samples[0], &a, gradient)
	loss := func() float64 {
		n.forward(&samples[0], &a)
		return crossEntropy(&a, samples[0].Digit)
	}
	const h = 1e-6
	for i, w := range n.Weights {
		n.Weights[i] = w + h
		above := loss()
		n.Weights[i] = w - h
		slope := (above - loss()) / (2 * h)
		n.Weights[i] = w
		if math.Abs(slope-gradient[i]) > 1e-6 {
			t.Fatalf("weight %d: gradient %g, measured %g", i, gradient[i], slope)
		}
	}
}

// train runs without a recorder and returns the losses and the last evaluation.
func train(t *testing.T, s Settings) ([]float64, Evaluation) {
	t.Helper()
	samples, err := Load(s.Data)
	if err != nil {
		t.Fatal(err)
	}
	learn, held := Split(samples)
	trainer, err := NewTrainer(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	var losses []float64
	for range s.Epochs {
		trainer.Epoch(learn, func(loss float64) { losses = append(losses, loss) })
	}
	return losses, Evaluate(trainer.Network, held)
}

func TestTrainingReadsDigits(t *testing.T) {
	adam := Defaults()
	adam.Hidden, adam.Epochs = 24, 10
	sgd := adam
	sgd.Optimizer, sgd.Rate = "sgd", 0.05
	for _, s := range []Settings{adam, sgd} {
		losses, e := train(t, s)
		if e.Accuracy <= 0.95 {
			t.Errorf("%s reads %.1f %% of the held-out digits, want more than 95 %%", s.Optimizer, 100*e.Accuracy)
		}
		if want := s.Epochs * 45; len(losses) != want {
			t.Errorf("%s: %d batches, want %d", s.Optimizer, len(losses), want)
		}
		t.Logf("%s: loss %.3f, accuracy %.3f", s.Optimizer, e.Loss, e.Accuracy)
	}
}

func TestTrainingRepeats(t *testing.T) {
	s := Defaults()
	s.Hidden, s.Epochs = 16, 2
	first, _ := train(t, s)
	second, _ := train(t, s)
	if !slices.Equal(first, second) {
		t.Error("equal settings gave different losses")
	}
	s.Seed++
	other, _ := train(t, s)
	if slices.Equal(first, other) {
		t.Error("another seed gave the same losses")
	}
}

func TestNewTrainerRefusesBadSettings(t *testing.T) {
	for problem, change := range map[string]func(*Settings){
		"learning rate": func(s *Settings) { s.Rate = 0 },
		"hidden units":  func(s *Settings) { s.Hidden = 0 },
		"epochs":        func(s *Settings) { s.Epochs = 0 },
		"batch":         func(s *Settings) { s.Batch = -1 },
		"use sgd":       func(s *Settings) { s.Optimizer = "magic" },
	} {
		s := Defaults()
		change(&s)
		if _, err := NewTrainer(s, nil); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("error is %v, want one with %q", err, problem)
		}
	}
}

func TestEvaluationAddsUp(t *testing.T) {
	s := Defaults()
	s.Epochs = 1
	_, e := train(t, s)
	total, rightly := 0, 0
	for shown, row := range e.Confusion {
		for read, n := range row {
			total += n
			if shown == read {
				rightly += n
			}
		}
	}
	if total != 359 || total-rightly != len(e.Mistakes) {
		t.Errorf("%d samples, %d rightly, %d mistakes", total, rightly, len(e.Mistakes))
	}
	if math.Abs(e.Accuracy-float64(rightly)/float64(total)) > 1e-12 {
		t.Errorf("accuracy %v of %d in %d", e.Accuracy, rightly, total)
	}
}

func TestModelKeepsEveryWeight(t *testing.T) {
	n := NewNetwork(3, rand.New(rand.NewPCG(1, 1)))
	var file bytes.Buffer
	if err := n.Write(&file); err != nil {
		t.Fatal(err)
	}
	again, err := ReadNetwork(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if again.Hidden != n.Hidden || !slices.Equal(again.Weights, n.Weights) {
		t.Error("the network that was read differs from the one written")
	}
	for _, text := range []string{`{"hidden":3,"weights":[1,2]}`, `{"hidden":-1}`, `{`} {
		if _, err := ReadNetwork(strings.NewReader(text)); err == nil {
			t.Errorf("%s was read as a network", text)
		}
	}
}

func TestPicturesShowTheEvaluation(t *testing.T) {
	var e Evaluation
	e.Confusion[3][3], e.Confusion[3][5] = 3, 1
	matrix := e.Picture()
	at := func(shown, read int) string {
		r, g, b, _ := matrix.At((read+1)*cell+2, (shown+1)*cell+2).RGBA()
		return fmt.Sprintf("%d %d %d", r>>8, g>>8, b>>8)
	}
	for _, c := range []struct {
		shown, read int
		want        string
	}{{3, 3, "61 121 181"}, {3, 5, "211 134 144"}, {0, 0, "245 245 245"}} {
		if got := at(c.shown, c.read); got != c.want {
			t.Errorf("%d read as %d is %s, want %s", c.shown, c.read, got, c.want)
		}
	}
	e.Mistakes = make([]Mistake, 100)
	for i := range e.Mistakes {
		e.Mistakes[i] = Mistake{&Sample{Digit: 3}, 5}
	}
	if size := e.MistakesPicture().Bounds().Size(); size.X != 384 || size.Y != 240 {
		t.Errorf("mistakes are drawn %v large", size)
	}
}
