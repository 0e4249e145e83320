package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/examples/digits/training"
	"github.com/exprec/exprec/recorder"
)

// newDemoTrain is the program that the demo records: the digits example.
func newDemoTrain() *cobra.Command {
	return &cobra.Command{
		Use:                "train [--group GROUP] [--slowly] NAME [FLAGS]",
		Short:              "Train once and record it",
		Hidden:             true,
		Example:            "exprec demo train wide -hidden 128",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			return demoTrain(c.Context(), args)
		},
	}
}

func demoTrain(ctx context.Context, args []string) error {
	own := quietFlags()
	group := own.String("group", "", "")
	slowly := own.Bool("slowly", false, "")
	settings := training.Defaults()
	flags := quietFlags()
	settings.Flags(flags)
	if err := own.Parse(args); err != nil || own.NArg() == 0 {
		return usage("exprec demo runs it", "the run has no name")
	}
	if err := flags.Parse(own.Args()[1:]); err != nil {
		return usage("exprec demo runs it", "%v", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	pause := func() {}
	if *slowly {
		settings.Epochs = slowEpochs
		pause = func() { waitOrStop(ctx, stop) }
	}
	options := recorder.Options{Name: own.Arg(0), Group: *group, Tags: []string{"digits"}, Steps: settings.Epochs}
	return recorder.Record(ctx, options, func(ctx context.Context, exp *recorder.Experiment) error {
		exp.SetParameters(flags)
		return training.Train(ctx, exp, settings, func(epoch int, e training.Evaluation) {
			fmt.Printf("epoch %d: loss %.4f, accuracy %.4f\n", epoch, e.Loss, e.Accuracy)
			pause()
		})
	})
}

func quietFlags() *flag.FlagSet {
	flags := flag.NewFlagSet("demo train", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// slowEpochs are those of the training that goes on: one a second.
const slowEpochs = 300

// waitOrStop lets a second pass. It ends a training whose project is gone: the
// demo's folder was thrown away.
func waitOrStop(ctx context.Context, stop context.CancelFunc) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	if _, err := os.Getwd(); err != nil {
		stop()
	}
}

// goOnTraining starts a training that outlives the demo, and waits until it has
// recorded something.
func goOnTraining(ctx context.Context, dir, self string, args []string) error {
	name := filepath.Join(filepath.Dir(dir), demoLive+".log")
	printed, err := os.Create(name)
	if err != nil {
		return err
	}
	defer printed.Close()
	c := exec.Command(self, args...)
	c.Args[0] = commandName(self)
	c.Dir, c.Env, c.Stdout, c.Stderr = dir, demoEnv(), printed, printed
	if err := c.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(startPatience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(name); err != nil || bytes.Contains(text, []byte("epoch 1:")) {
			return err
		}
		if ctx.Err() != nil {
			c.Process.Kill()
			return ctx.Err()
		}
	}
	c.Process.Kill()
	return fmt.Errorf("it recorded nothing in %v, see %s", startPatience, name)
}

// startPatience is how long a training may take to record its first epoch.
const startPatience = 30 * time.Second
