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
// interrupt lets the command end in order; the second one kills it.
func start(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	// A closed pipe is an error of the write, not the end of the process.
	signal.Ignore(syscall.SIGPIPE)

	a := &app{out: newScreen(os.Stdout), errs: newScreen(os.Stderr), in: os.Stdin, dir: "."}
	return a.run(ctx, args)
}
