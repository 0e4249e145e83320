package main

import (
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/examples/digits/training"
	"github.com/exprec/exprec/recorder"
)

// build builds the example and makes an empty repository.
func build(t *testing.T) (program, dir string) {
	t.Helper()
	program, dir = filepath.Join(t.TempDir(), "digits"), t.TempDir()
	for _, words := range [][]string{{"go", "build", "-o", program, "."}, {"git", "init", "-q", dir}} {
		command := exec.Command(words[0], words[1:]...)
		command.Env = append(os.Environ(), "CGO_ENABLED=0") // as other tests build: packages are compiled once
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return program, dir
}

// train runs the example in dir and gives its run.
func train(t *testing.T, program, dir string, arguments ...string) *recorder.Run {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p, err := recorder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	r, err := p.Run(t.Context(), "@")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTrainingIsRecorded(t *testing.T) {
	program, dir := build(t)
	r := train(t, program, dir, "-epochs", "2", "-hidden", "8", "-lr", "0.01")
	if r.Status() != recorder.Succeeded || r.MainMetric() != "val/accuracy" {
		t.Errorf("the run is %s, its main metric %q", r.Status(), r.MainMetric())
	}
	params, err := r.Params()
	if err != nil {
		t.Fatal(err)
	}
	if params["lr"] != 0.01 || params["hidden"] != int64(8) || params["optimizer"] != "adam" {
		t.Errorf("parameters are %v", params)
	}
	for _, name := range []string{"confusion", "mistakes"} {
		file, err := r.OpenImage(name, 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(file); err != nil {
			t.Errorf("image %s: %v", name, err)
		}
		file.Close()
	}
	if results := r.Results(); len(results) != 2 || results[0].Name != "accuracy" || results[1].Name != "mistakes" {
		t.Errorf("results are %v", results)
	}
}

// TestTheSavedModelIsTheOneMeasured reads the model from the run and measures
// its accuracy again.
func TestTheSavedModelIsTheOneMeasured(t *testing.T) {
	program, dir := build(t)
	r := train(t, program, dir, "-epochs", "2", "-hidden", "8")
	files, err := r.Files()
	if err != nil {
		t.Fatal(err)
	}
	file, err := files.Open("model.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	network, err := training.ReadNetwork(file)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := training.Load("")
	if err != nil {
		t.Fatal(err)
	}
	_, validation := training.Split(samples)
	if e := training.Evaluate(network, validation); e.Accuracy != r.Results()[0].Value {
		t.Errorf("the saved model has accuracy %v, recorded was %v", e.Accuracy, r.Results()[0].Value)
	}
}

func TestGoingOnNamesTheParent(t *testing.T) {
	program, dir := build(t)
	first := train(t, program, dir, "-epochs", "2", "-hidden", "8")
	second := train(t, program, dir, "-epochs", "1", "-from", first.Short())
	parents := second.Info().Parents
	if len(parents) != 1 || parents[0].UUID != first.ID() || len(parents[0].Files) != 1 || parents[0].Files[0] != "model.json" {
		t.Errorf("parents are %+v, want model.json of %s", parents, first.ID())
	}
}

func TestSwitchedOffNothingIsRecorded(t *testing.T) {
	program, dir := build(t)
	command := exec.Command(program, "-epochs", "1")
	command.Dir, command.Env = dir, append(os.Environ(), "EXPREC=off")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, folder := range []string{".exprec", ".git/exprec", ".git/refs/exprec"} {
		if _, err := os.Stat(filepath.Join(dir, folder)); err == nil {
			t.Errorf("%s was made", folder)
		}
	}
}
