package recorder_test

import (
	"bufio"
	"context"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

func timeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 30*time.Second)
}

// waitForEnd says that it waits, and waits for the end of its context.
func waitForEnd(ctx context.Context, e *recorder.Experiment) error {
	e.AddScalar("loss", 1, 0)
	println("waiting")
	<-ctx.Done()
	return ctx.Err()
}

// Every way a program can end gives the status that says so.
func TestEndings(t *testing.T) {
	for _, test := range []struct {
		program string
		kill    syscall.Signal
		status  recorder.Status
		exit    int
		message string
	}{
		{"returns", 0, recorder.Succeeded, 0, ""},
		{"fails", 0, recorder.Failed, 0, "no convergence"},
		{"panics", 0, recorder.Failed, 2, "panic"},
		{"fatal", 0, recorder.Failed, 1, "no data"},
		{"exits", 0, recorder.Lost, 7, ""},
		{"signals", syscall.SIGINT, recorder.Stopped, 0, "interrupt"},
		{"signals", syscall.SIGTERM, recorder.Stopped, 0, "terminated"},
		{"signals", syscall.SIGHUP, recorder.Stopped, 0, "hangup"},
		{"signals", syscall.SIGKILL, recorder.Lost, -1, ""},
	} {
		t.Run(test.program+"/"+test.kill.String(), func(t *testing.T) {
			dir := repository(t)
			defer gitstoretest.Unchanged(t, dir)()
			cmd := program(t, dir, test.program)
			if code := runUntil(t, cmd, test.kill); code != test.exit {
				t.Errorf("exit code %d, want %d", code, test.exit)
			}
			p := open(t, dir)
			if _, err := p.Recover(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			run := onlyRun(t, p)
			if run.Status() != test.status {
				t.Errorf("status %s, want %s", run.Status(), test.status)
			}
			if want := map[syscall.Signal]string{syscall.SIGINT: "SIGINT", syscall.SIGTERM: "SIGTERM", syscall.SIGHUP: "SIGHUP"}[test.kill]; run.Info().Signal != want {
				t.Errorf("signal %q, want %q", run.Info().Signal, want)
			}
			if failure := run.Info().Error; test.message != "" && (failure == nil || !strings.Contains(failure.Message, test.message)) {
				t.Errorf("error %+v, want one with %q", failure, test.message)
			}
		})
	}
}

// runUntil runs a program to its end; with a signal it sends it as soon as the
// program says that it waits.
func runUntil(t *testing.T, cmd *exec.Cmd, kill syscall.Signal) (code int) {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if lines.Text() == "waiting" && kill != 0 {
			cmd.Process.Signal(kill)
		}
	}
	cmd.Wait()
	return cmd.ProcessState.ExitCode()
}

// What a logging call acknowledged is there after SIGKILL, and is a prefix.
func TestKillLosesNothing(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	for round := range rounds(20) {
		id, acknowledged := killAtRandom(t, dir, round)
		p := open(t, dir)
		recovery, err := p.Recover(t.Context(), false)
		if err != nil || len(recovery.Failed) > 0 {
			t.Fatalf("recover: %v %v", err, recovery)
		}
		run, err := p.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if run.Status() != recorder.Lost {
			t.Fatalf("status %s, want lost", run.Status())
		}
		checkPrefix(t, run, acknowledged)
	}
}

// rounds is how often a crash test repeats: n, and 300 with EXPREC_CRASH=full.
func rounds(n int) int {
	if full() {
		return 300
	}
	return n
}

// killAtRandom kills the endless program after a while that differs in every
// round; acknowledged is the last step it said it had logged.
func killAtRandom(t *testing.T, dir string, round int) (id string, acknowledged int) {
	t.Helper()
	cmd := program(t, dir, "endless")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	lines.Scan()
	id, acknowledged = lines.Text(), -1
	time.AfterFunc(time.Duration(1+round*7919%200)*time.Millisecond, func() { cmd.Process.Kill() })
	for lines.Scan() {
		if step, err := strconv.Atoi(lines.Text()); err == nil {
			acknowledged = max(acknowledged, step)
		}
	}
	cmd.Wait()
	return id, acknowledged
}

func checkPrefix(t *testing.T, run *recorder.Run, acknowledged int) {
	t.Helper()
	if acknowledged < 1 {
		return
	}
	series, err := run.Series("loss")
	if err != nil {
		t.Fatal(err)
	}
	if len(series.Values) < acknowledged {
		t.Fatalf("%d values, but %d were acknowledged", len(series.Values), acknowledged)
	}
	for i, value := range series.Values {
		if series.Steps[i] != int64(i) || value != float64(i) {
			t.Fatalf("point %d is (%d, %v)", i, series.Steps[i], value)
		}
	}
}
