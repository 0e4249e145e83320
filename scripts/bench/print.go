//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/exprec/exprec/recorder"
)

// printing is what a program that prints a file does.
type printing struct {
	file     string
	recorded bool // records itself
	noOutput bool // but not what it prints
	logging  int  // calls of AddScalar beside the printing, timed on stderr
}

func (p printing) run() error {
	if !p.recorded {
		return p.print()
	}
	exp := recorder.Start(recorder.Options{Quiet: true, NoOutput: p.noOutput})
	defer exp.Finish()
	if err := exp.Err(); err != nil {
		return err
	}
	if p.logging > 0 {
		p.log(exp)
		return nil
	}
	return p.print()
}

func (p printing) print() error {
	f, err := os.Open(p.file)
	if err != nil {
		return err
	}
	defer f.Close()
	// As a program prints: by calls of write, not by splice.
	_, err = io.CopyBuffer(struct{ io.Writer }{os.Stdout}, struct{ io.Reader }{f}, make([]byte, 8<<10))
	return err
}

// log measures AddScalar while another goroutine prints line after line.
func (p printing) log(exp *recorder.Experiment) {
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
				fmt.Println("line", i, "of what a training prints while it logs")
			}
		}
	}()
	handle := exp.Scalar("loss")
	took, _ := each(p.logging, func(i int) { handle.Add(0.5, i) })
	close(stop)
	<-done
	fmt.Fprintln(os.Stderr, int64(took))
}
