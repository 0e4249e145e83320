package views

import (
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// git runs git in the bench's repository.
func (b *bench) git(args ...string) string {
	b.Helper()
	return gitstoretest.Git(b.TB, b.dir, args...)
}

// seed records some of everything: runs that ended well and ill, with parameters,
// scalars, images, files, output and notes. It gives the id of the richest.
func (b *bench) seed() string {
	b.Helper()
	var rich string
	for i, rate := range []float64{0.1, 0.01, 0.001} {
		b.write("extra/settings.py", strings.Repeat("print('one')\n", i+2))
		c := b.command(recorder.Options{Name: "sweep", Group: "rates", Tags: []string{"nightly"}, Steps: 40})
		e := c.s.Experiment()
		e.SetParameters(map[string]any{"lr": rate, "seed": i, "optimizer": map[string]any{"name": "adam", "beta": 0.9}})
		for step := range 40 {
			e.AddScalar("train/loss", rate/float64(step+1), step)
			e.AddScalar("val/accuracy", 1-rate/float64(step+1), step)
		}
		e.SetGoal("val/accuracy", recorder.Maximize)
		e.SetResult("test/accuracy", 0.9+rate)
		for step := range 3 {
			e.AddImage("samples/first", plainSquare(uint8(step*40)), step)
		}
		b.addFile(e, "report.txt", "a report\n")
		b.addFile(e, "plots/curve.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>`)
		b.addFile(e, "model.bin", "\x00\x01\x02")
		c.out("epoch 1\r\x1b[32mepoch 2\x1b[0m\n")
		c.err("a warning\n")
		rich = c.end()
		b.remove("extra")
	}
	b.record(recorder.Options{Name: "broken"}, func(e *recorder.Experiment) {
		e.SetParameter("lr", 10.0)
		e.Fail(errors.New("the loss is not a number"))
	})
	text := "# What it was for\n\nA *sweep* over [rates](https://example.org/)."
	b.edit(rich, recorder.Edit{Description: &text})
	return rich
}

// edit changes the notes of a run.
func (b *bench) edit(id string, e recorder.Edit) {
	b.Helper()
	p := b.project()
	run, err := p.UniqueRun(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	if err := p.Edit(b.Context(), run, e); err != nil {
		b.Fatal(err)
	}
}

// remove takes a file or folder out of the work tree.
func (b *bench) remove(name string) {
	b.Helper()
	if err := os.RemoveAll(filepath.Join(b.dir, name)); err != nil {
		b.Fatal(err)
	}
}

// addFile writes a file and adds it to a run under the same name.
func (b *bench) addFile(e *recorder.Experiment, name, content string) {
	b.Helper()
	f, err := e.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := f.Write([]byte(content)); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// plainSquare is an image of one colour.
func plainSquare(shade uint8) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, 24, 24))
	for i := range 24 * 24 {
		picture.Set(i%24, i/24, color.RGBA{shade, 80, 160, 255})
	}
	return picture
}

// plant writes a file that no page may show, beside the repository and within
// what belongs to git, and gives its content.
func (b *bench) plant() string {
	b.Helper()
	const canary = "canary-5f1e-that-no-page-shows"
	for _, name := range []string{filepath.Join(b.dir, ".git", "canary.txt"), filepath.Join(filepath.Dir(b.dir), "canary.txt")} {
		if err := os.WriteFile(name, []byte(canary), 0o600); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { os.Remove(name) })
	}
	return canary
}
