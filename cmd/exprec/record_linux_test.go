package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/exprec/exprec/recorder"
)

// hostile is what every field of a hostile run holds: sequences that colour,
// retitle, erase and overwrite a terminal, C1 controls, turned text, a forged
// line.
const hostile = "x\x1b[31mred\x1b]0;own\x07\x9b2J\u009b2J\u202egpj\u2066\r\x00\x7fforged\nexprec: all is well"

// recordMain is a program that records:
//
//	record [-flags] HOW
//
// HOW is ok, fail, panic, kill (by SIGKILL), stop (by SIGTERM), live (until
// the file stop appears), hostile, rich (something of everything), large or from
// (what reads the large file of another run).
func recordMain() {
	var o recorder.Options
	flag.StringVar(&o.Name, "name", "", "")
	flag.StringVar(&o.Title, "title", "", "")
	flag.StringVar(&o.Group, "group", "", "")
	flag.BoolVar(&o.NoSource, "nosource", false, "")
	lr := flag.Float64("lr", 0.1, "learning rate")
	loss := flag.Float64("loss", 0.5, "the last loss")
	tag := flag.String("tag", "", "")
	flag.Parse()
	if *tag != "" {
		o.Tags = []string{*tag}
	}
	how := flag.Arg(0)
	o.Quiet = how != "from"
	if how == "hostile" {
		o.Name, o.Title, o.Group = hostile, hostile, hostile
	}
	err := recorder.Record(context.Background(), o, func(ctx context.Context, exp *recorder.Experiment) error {
		exp.SetParameter("lr", *lr)
		for step := range 3 {
			exp.AddScalar("loss", *loss+float64(2-step), step)
		}
		return behave(ctx, exp, how)
	})
	if err != nil {
		os.Exit(1)
	}
}

func behave(ctx context.Context, exp *recorder.Experiment, how string) error {
	switch how {
	case "fail":
		return errors.New("the loss is not finite")
	case "panic":
		panic("out of cheese")
	case "kill":
		return errors.Join(exp.Sync(), syscall.Kill(os.Getpid(), syscall.SIGKILL))
	case "stop":
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
		<-ctx.Done()
		return ctx.Err()
	case "live":
		return live(exp)
	case "rich":
		rich(exp)
	case "large":
		return saveLarge(exp)
	case "from":
		return readLarge(exp)
	case "hostile":
		return recordHostile(exp)
	}
	return nil
}

// live tells that it is there and goes on until it is told to stop.
func live(exp *recorder.Experiment) error {
	if err := exp.Sync(); err != nil {
		return err
	}
	if err := os.WriteFile("alive", nil, 0o600); err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat("stop"); err == nil {
			return nil
		}
	}
	return errors.New("nobody said stop")
}

// rich records something of everything.
func rich(exp *recorder.Experiment) {
	exp.SetParameters(map[string]any{
		"optimizer": map[string]any{"name": "adam", "betas": []float64{0.9, 0.999}},
		"epochs":    30, "note": "two words", "limit": math.Inf(1), "seed": uint64(math.MaxUint64), "none": nil,
	})
	exp.SetGoal("accuracy", recorder.Maximize)
	exp.SetResult("accuracy", 0.97)
	exp.SetResult("undefined", math.NaN())
	exp.AddScalar("val/loss", math.NaN(), 1)
	exp.AddScalar("val/loss", 0.25, 2)
	exp.AddImage("confusion", picture(), 1)
	exp.AddImage("confusion", picture(), 2)
	exp.AddInput("data", "train.py")
	must(saveFile(exp, "model/weights.bin", "\x00\x01\xff\r\nend"))
	must(saveFile(exp, "report.txt", "all is well\n"))
}

func recordHostile(exp *recorder.Experiment) error {
	// Names that are no UTF-8 or endless are refused, the others are data.
	for _, name := range []string{strings.ToValidUTF8(hostile, ""), hostile, strings.Repeat("long", 1024)} {
		exp.SetParameter(name, hostile)
		exp.AddScalar(name, 1, 1)
		exp.SetResult(name, 2)
		exp.SetGoal(name, recorder.Minimize)
		exp.AddImage(name, picture(), 1)
		exp.AddInput(name, "train.py")
	}
	exp.SetParameter("nested", map[string]any{"list": []any{hostile, strings.Repeat(hostile, 100)}})
	must(saveFile(exp, "evil \x1b[31m\u202e.txt", hostile+"\n"))
	return errors.New(hostile)
}

func saveFile(exp *recorder.Experiment, name, content string) error {
	f, err := exp.Create(name)
	if err != nil {
		return fmt.Errorf("create %q: %w", name, err)
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}

func picture() image.Image {
	img := image.NewGray(image.Rect(0, 0, 4, 4))
	img.Set(1, 1, color.White)
	return img
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(98)
	}
}
