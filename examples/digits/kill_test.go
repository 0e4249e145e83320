package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/exprec/exprec/examples/digits/training"
	"github.com/exprec/exprec/recorder"
)

// settings are those of every run here; the losses they give are known before,
// because training repeats exactly.
func settings() training.Settings {
	s := training.Defaults()
	s.Hidden, s.Epochs = 8, 200
	return s
}

// expected trains without a recorder and gives what each scalar must be.
func expected(t *testing.T) map[string][]float64 {
	t.Helper()
	samples, err := training.Load("")
	if err != nil {
		t.Fatal(err)
	}
	train, validation := training.Split(samples)
	s := settings()
	trainer, err := training.NewTrainer(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	scalars := map[string][]float64{}
	add := func(name string, value float64) { scalars[name] = append(scalars[name], value) }
	for range s.Epochs {
		trainer.Epoch(train, func(loss float64) { add("train/loss", loss) })
		e := training.Evaluate(trainer.Network, validation)
		add("val/loss", e.Loss)
		add("val/accuracy", e.Accuracy)
	}
	return scalars
}

// killed starts the program in dir, kills it after a random time and gives the
// number of the last epoch that it said to have recorded, 0 before the first.
func killed(t *testing.T, program, dir string) (epoch int) {
	t.Helper()
	s := settings()
	command := exec.Command(program, "-hidden", strconv.Itoa(s.Hidden), "-epochs", strconv.Itoa(s.Epochs))
	command.Dir = dir
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(50+rand.IntN(400))*time.Millisecond, func() { command.Process.Kill() })
	defer timer.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "epoch %d", &epoch); err != nil {
			t.Fatalf("the program printed %q", lines.Text())
		}
	}
	if command.Wait() == nil {
		t.Fatalf("the program ended by itself, it was too quick to be killed")
	}
	return epoch
}

// TestKilledTrainingLosesNothing kills the example at random moments: each run
// is then lost, and holds what it had logged, all of it and nothing else.
// EXPREC_CRASH=full kills it 300 times.
func TestKilledTrainingLosesNothing(t *testing.T) {
	rounds := 20
	if os.Getenv("EXPREC_CRASH") == "full" {
		rounds = 300
	}
	want := expected(t)
	program, dir := build(t)
	seen := 0
	for range rounds {
		epoch := killed(t, program, dir)
		seen += check(t, dir, epoch, want)
	}
	if seen < rounds/2 {
		t.Errorf("only %d of %d kills met a run, the others came before it started", seen, rounds)
	}
}

// check recovers what there is in dir, compares the newest run with what it
// must be, and removes its ref. It gives 0 when the kill came before the run.
func check(t *testing.T, dir string, epoch int, want map[string][]float64) int {
	t.Helper()
	ctx := context.Background()
	p, err := recorder.Open(dir)
	if err != nil {
		if epoch == 0 {
			return 0
		}
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Recover(ctx, false); err != nil {
		t.Fatal(err)
	}
	runs, err := p.Runs(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) == 0 && epoch == 0 {
		return 0
	}
	if len(runs) != 1 {
		t.Fatalf("there are %d runs after epoch %d, want 1", len(runs), epoch)
	}
	if runs[0].Status() != recorder.Lost {
		t.Errorf("the killed run is %s", runs[0].Status())
	}
	perEpoch := len(want["train/loss"]) / len(want["val/loss"])
	for name, least := range map[string]int{"train/loss": epoch * perEpoch, "val/loss": epoch, "val/accuracy": epoch} {
		series, err := runs[0].Series(name)
		if err != nil && least > 0 {
			t.Fatal(err)
		}
		if err == nil {
			compare(t, name, series.Values, want[name], least)
		}
	}
	if out, err := exec.Command("git", "-C", dir, "update-ref", "-d", "refs/exprec/"+runs[0].ID()).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(p.Home(), "runs", runs[0].ID())); err != nil {
		t.Fatal(err)
	}
	return 1
}

// compare wants got to be the first values of want, and at least so many.
func compare(t *testing.T, name string, got, want []float64, least int) {
	t.Helper()
	if len(got) < least || len(got) > len(want) {
		t.Fatalf("%s has %d values, %d were recorded for certain", name, len(got), least)
	}
	for i, v := range got {
		if v != want[i] {
			t.Fatalf("%s: value %d is %v, logged was %v", name, i, v, want[i])
		}
	}
}
