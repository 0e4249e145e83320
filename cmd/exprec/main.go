package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(start(os.Args[1:]))
}

// start runs the command that args name and gives its exit code. The first
// interrupt lets the command end in order; the second one kills it. exprec run
// hands signals on instead.
func start(args []string) int {
	if code, ok := helps(args); ok {
		return code
	}
	ctx := context.Background()
	if !passesSignals(args) {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		context.AfterFunc(ctx, stop)
	}
	// A closed pipe is an error of the write, not the end of the process. It is
	// not ignored: programs that are started would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	a := &app{out: newScreen(os.Stdout), errs: newScreen(os.Stderr), in: os.Stdin, dir: "."}
	return a.run(ctx, args)
}

// passesSignals reports whether a command line is one of exprec run.
func passesSignals(args []string) bool {
	return len(args) > 0 && args[0] == "run"
}
