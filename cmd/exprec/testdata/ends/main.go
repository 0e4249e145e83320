// Ends is a program that ends in one of many ways:
//
//	ends HOW NAME
//
// It records under the parameter case, and prints first and last words.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/exprec/exprec/recorder"
)

func main() {
	how, name := os.Args[1], os.Args[2]
	if do := whole[how]; do != nil {
		do(name)
		return
	}
	if do := inRecord[how]; do != nil {
		record(name, do)
		return
	}
	e := recorder.Start(recorder.Options{Quiet: true})
	begin(e, name)
	if do := unfinished[how]; do != nil {
		do(e)
	}
	defer e.Finish()
	finished[how](e)
}

// whole are programs that go on after their runs.
var whole = map[string]func(name string){
	"record goexit": func(name string) {
		elsewhere(func() { record(name, func(context.Context) error { runtime.Goexit(); return nil }) })
	},
	"recovered": func(name string) {
		defer fmt.Println("after")
		defer func() { recover() }()
		e := recorder.Start(recorder.Options{Quiet: true})
		defer e.Finish()
		begin(e, name)
		panic("out of cheese")
	},
}

func record(name string, do func(context.Context) error) {
	err := recorder.Record(context.Background(), recorder.Options{Quiet: true}, func(ctx context.Context, e *recorder.Experiment) error {
		begin(e, name)
		return do(ctx)
	})
	if err != nil {
		os.Exit(1)
	}
}

func begin(e *recorder.Experiment, name string) {
	e.SetParameter("case", name)
	e.AddScalar("loss", 0.5, 1204)
	fmt.Println("first words")
	fmt.Fprintln(os.Stderr, "ready", os.Getpid())
	fmt.Println("last words")
	fmt.Fprintln(os.Stderr, "last words")
}

// finished are endings with Finish deferred.
var finished = map[string]func(*recorder.Experiment){
	"return":      func(*recorder.Experiment) {},
	"error":       func(e *recorder.Experiment) { e.Fail(fmt.Errorf("train: %w", errors.New("no convergence"))) },
	"cancelled":   func(e *recorder.Experiment) { e.Fail(fmt.Errorf("train: %w", context.Canceled)) },
	"panic":       func(*recorder.Experiment) { panic("out of cheese") },
	"exit finish": func(e *recorder.Experiment) { e.Finish(); os.Exit(3) },
	"full disk":   fill,
	"goexit":      func(*recorder.Experiment) { runtime.Goexit() },
	"main goes":   func(*recorder.Experiment) { elsewhere(runtime.Goexit) },
}

// fill takes all room on the disk, and logs on.
func fill(e *recorder.Experiment) {
	f, err := os.Create("fill")
	if err != nil {
		log.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	for step := range 10_000 {
		e.AddScalar("loss", 0.5, 1205+step)
		fmt.Println("step", step)
	}
}

// elsewhere does something in a goroutine that is not the program's main one.
func elsewhere(do func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

// unfinished are endings that never come to Finish.
var unfinished = map[string]func(*recorder.Experiment){
	"fatal":     func(e *recorder.Experiment) { e.Fatal(errors.New("no data")) },
	"log.Fatal": func(*recorder.Experiment) { log.SetFlags(0); log.Fatal("no data") },
	"exit 0":    func(*recorder.Experiment) { os.Exit(0) },
	"exit 3":    func(*recorder.Experiment) { os.Exit(3) },
	"goroutine": func(*recorder.Experiment) { go panic("in a goroutine"); wait() },
	"nil map":   func(*recorder.Experiment) { var m map[string]int; m["x"] = 1 },
	"segv":      func(*recorder.Experiment) { syscall.Kill(os.Getpid(), syscall.SIGSEGV); wait() },
	"abort":     func(*recorder.Experiment) { syscall.Kill(os.Getpid(), syscall.SIGABRT); wait() },
	"wait":      func(*recorder.Experiment) { wait() },
	"eat":       func(*recorder.Experiment) { eat() },
}

// inRecord are endings within Record.
var inRecord = map[string]func(context.Context) error{
	"record return": func(context.Context) error { return nil },
	"record error":  func(context.Context) error { return errors.New("no convergence") },
	"record panic":  func(context.Context) error { panic("out of cheese") },
	"record wait":   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	"record nil":    func(ctx context.Context) error { <-ctx.Done(); return nil },
	"record cancel": func(context.Context) error { return fmt.Errorf("train: %w", context.Canceled) },
}

// wait waits until somebody ends the program, and for a minute at most.
func wait() {
	time.Sleep(time.Minute)
	os.Exit(99)
}

// eat takes memory until the kernel ends the program.
func eat() {
	var all []string
	for len(all) < 4096 {
		all = append(all, strings.Repeat("x", 1<<20))
	}
	os.Exit(98)
}
