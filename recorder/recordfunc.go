package recorder

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Record records a function: its error or panic, and the signals INT, TERM and
// HUP, which end the context. The error is the function's own. A panic goes on
// after it was recorded.
func Record(ctx context.Context, o Options, body func(context.Context, *Experiment) error) (err error) {
	e := Start(o)
	defer e.Finish()
	ctx, stop := context.WithCancelCause(NewContext(ctx, e))
	defer stop(nil)
	defer e.stopOnSignals(stop)()
	defer func() {
		if r := recover(); r != nil {
			e.panicked(r)
			panic(r)
		}
	}()
	err = body(ctx, e)
	e.Fail(err)
	return err
}

// panicked records the value of a panic.
func (e *Experiment) panicked(value any) {
	if e.off() {
		return
	}
	e.failWith(record.Failure{Type: "panic", Message: fmt.Sprint(value), Stack: stackText()}, false)
}

// signalled is the cause of a context that a signal ended.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return s.Signal.String() }

// stopOnSignals ends the context at the first signal; the second one does what
// it does without Exprec.
func (e *Experiment) stopOnSignals(stop context.CancelCauseFunc) (restore func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			e.stopped(s)
			stop(signalled{s})
		case <-done:
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// stopped records that a signal ended the run, whatever error follows of it.
func (e *Experiment) stopped(s os.Signal) {
	if e.off() {
		return
	}
	e.failWith(record.Failure{Type: "signal", Message: s.String()}, true)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.signal = signalName(s)
}

// signalName is the name that POSIX gives a signal.
func signalName(s os.Signal) string {
	switch s {
	case os.Interrupt:
		return "SIGINT"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGHUP:
		return "SIGHUP"
	}
	return s.String()
}

type contextKey struct{}

// NewContext is a context that carries the experiment.
func NewContext(ctx context.Context, e *Experiment) context.Context {
	return context.WithValue(ctx, contextKey{}, e)
}

// FromContext is the experiment that a context carries, one that records
// nothing where there is none.
func FromContext(ctx context.Context) *Experiment {
	e, _ := ctx.Value(contextKey{}).(*Experiment)
	return e
}
