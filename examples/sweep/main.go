// Command sweep records many trainings of the digits example, several at a
// time: a grid of settings, each with a number of seeds. It is an ordinary
// program that starts "exprec run"; the trainings know nothing of the sweep.
//
//	go install ./cmd/exprec && go run ./examples/sweep -runs 500
//
// The first run's source is that of all the others, so the work tree can be
// edited while the sweep goes on.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

func main() {
	log.SetFlags(0)
	runs := flag.Int("runs", 500, "how many trainings to record")
	workers := flag.Int("workers", runtime.NumCPU(), "how many at a time")
	group := flag.String("group", "sweep", "group of the runs")
	epochs := flag.Int("epochs", 3, "length of a training")
	program := flag.String("program", "go run ./examples/digits", "what trains once, with the flags of examples/digits")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := sweep{group: *group, program: append(strings.Fields(*program), "-epochs", fmt.Sprint(*epochs))}
	if err := s.run(ctx, plan(*runs), *workers); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d trainings recorded, %d of them failed: exprec list group=%s\n", s.recorded.Load(), s.failed.Load(), s.group)
}

// sweep records trainings as runs of one group.
type sweep struct {
	group    string
	program  []string
	source   string // the run whose source the others have
	recorded atomic.Int64
	failed   atomic.Int64
}

// run records the first training alone, for its source, and the others side by
// side.
func (s *sweep) run(ctx context.Context, plan []training, workers int) error {
	if len(plan) == 0 {
		return nil
	}
	if err := s.first(ctx, plan[0]); err != nil {
		return err
	}
	todo := make(chan training)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var working sync.WaitGroup
	for range max(1, workers) {
		working.Go(func() {
			for t := range todo {
				if err := s.record(ctx, t); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, t := range plan[1:] {
		select {
		case todo <- t:
		case <-ctx.Done():
		}
	}
	close(todo)
	working.Wait()
	return context.Cause(ctx)
}

func (s *sweep) first(ctx context.Context, t training) error {
	dir, err := os.MkdirTemp("", "sweep-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "id")
	if err := s.record(ctx, t, "--id-file", file); err != nil {
		return err
	}
	id, err := os.ReadFile(file)
	s.source = strings.TrimSpace(string(id))
	return err
}

// record records one training. That it failed is a result like others; that
// exprec cannot be run is not.
func (s *sweep) record(ctx context.Context, t training, options ...string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	args := append([]string{"run", "--quiet", "--group", s.group, "--tag", t.optimizer}, options...)
	if s.source != "" {
		args = append(args, "--source", s.source)
	}
	args = slices.Concat(args, []string{"--"}, s.program, t.flags())
	c := exec.CommandContext(ctx, "exprec", args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	out, err := c.CombinedOutput()
	if _, started := err.(*exec.ExitError); err != nil && !started {
		return fmt.Errorf("record a training: %w", err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if c.ProcessState.ExitCode() == 2 { // exprec's own word for wrong usage
		return fmt.Errorf("record a training: %s", out)
	}
	s.recorded.Add(1)
	if err != nil {
		s.failed.Add(1)
	}
	return nil
}
