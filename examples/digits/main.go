// Command digits trains a small network to read handwritten digits and records
// the run: parameters, losses, accuracy, images of its mistakes, the model.
//
//	go run ./examples/digits -lr 0.01 -hidden 32
package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/exprec/exprec/examples/digits/training"
	"github.com/exprec/exprec/recorder"
)

func main() {
	settings := training.Defaults()
	settings.Flags(flag.CommandLine)
	flag.Parse()

	exp := recorder.Start(recorder.Options{Steps: settings.Epochs})
	defer exp.Finish()
	exp.SetParameters(flag.CommandLine)

	err := training.Train(context.Background(), exp, settings, func(epoch int, e training.Evaluation) {
		fmt.Printf("epoch %3d  val/loss %.4f  val/accuracy %.4f\n", epoch, e.Loss, e.Accuracy)
	})
	if err != nil {
		exp.Fatal(err)
	}
}
