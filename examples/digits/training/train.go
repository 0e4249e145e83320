package training

import (
	"context"
	"errors"
	"fmt"

	"github.com/exprec/exprec/recorder"
)

// diverged is a loss that no training comes back from: guessing at random has
// one of 2.3.
const diverged = 10

// Train trains a network as the settings say and records all of it in exp: the
// loss of every batch, loss, accuracy and two images after each epoch, and the
// trained network as the file model.json. It calls progress, which may be nil,
// when an epoch has been recorded.
func Train(ctx context.Context, exp *recorder.Experiment, s Settings, progress func(epoch int, e Evaluation)) error {
	samples, err := Load(s.Data)
	if err != nil {
		return err
	}
	if s.Data != "" {
		exp.AddInput("digits", s.Data)
	}
	train, validation := Split(samples)
	if len(validation) == 0 {
		return fmt.Errorf("%s has %d samples, there must be at least 5", s.Data, len(samples))
	}
	network, err := start(exp, s)
	if err != nil {
		return err
	}
	trainer, err := NewTrainer(s, network)
	if err != nil {
		return err
	}

	// The first goal names the main metric; all of them say what is better.
	exp.SetGoal("val/accuracy", recorder.Maximize)
	exp.SetGoal("val/loss", recorder.Minimize)
	exp.SetGoal("mistakes", recorder.Minimize)

	// A handle is the quick way to add many values; it counts the steps itself.
	trainLoss := exp.Scalar("train/loss")
	var e Evaluation
	for epoch := 1; epoch <= s.Epochs; epoch++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		trainer.Epoch(train, trainLoss.AddNext)
		e = Evaluate(trainer.Network, validation)
		exp.AddScalar("val/loss", e.Loss, epoch)
		exp.AddScalar("val/accuracy", e.Accuracy, epoch)
		exp.AddImage("confusion", e.Picture(), epoch)
		exp.AddImage("mistakes", e.MistakesPicture(), epoch)
		if progress != nil {
			progress(epoch, e)
		}
		if !(e.Loss < diverged) {
			return fmt.Errorf("the training diverged: val/loss is %.4g after epoch %d", e.Loss, epoch)
		}
	}
	exp.SetResult("accuracy", e.Accuracy)
	exp.SetResult("mistakes", float64(len(e.Mistakes)))
	return save(exp, trainer.Network)
}

// start gives the network of the run to go on from, and nil without one. That
// the model was read is recorded: the other run becomes a parent of this one.
func start(exp *recorder.Experiment, s Settings) (*Network, error) {
	if s.From == "" {
		return nil, nil
	}
	file, err := exp.OpenFrom(s.From, "model.json")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadNetwork(file)
}

// save puts the network among the run's files. With recording switched off
// (EXPREC=off) there is no run to hold it, and that is no error.
func save(exp *recorder.Experiment, n *Network) error {
	file, err := exp.Create("model.json")
	if errors.Is(err, recorder.ErrOff) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if err := n.Write(file); err != nil {
		return err
	}
	return file.Close()
}
