package recorder

import (
	"errors"
	"testing"
)

// What a watcher sees gives the status, the signal and the words of an end.
func TestEnding(t *testing.T) {
	code := func(n int) *int { return &n }
	traceback := []byte("Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nValueError: bad\n")
	for _, test := range []struct {
		ending  Ending
		status  Status
		signal  string
		kind    string
		message string
	}{
		{Ending{ExitCode: code(0), LastWords: traceback}, Succeeded, "", "", ""},
		{Ending{ExitCode: code(3)}, Failed, "", "exit code 3", "the program ended with exit code 3"},
		{Ending{ExitCode: code(1), LastWords: []byte("no data\n")}, Failed, "", "exit code 1", "no data"},
		{Ending{ExitCode: code(1), LastWords: traceback}, Failed, "", "ValueError", "bad"},
		{Ending{ExitCode: code(137), Signal: "SIGKILL", LastWords: traceback}, Lost, "SIGKILL", "signal", "killed by SIGKILL"},
		{Ending{ExitCode: code(137), Signal: "SIGKILL", OutOfMemory: true}, Lost, "SIGKILL", "signal", "killed by SIGKILL, probably out of memory: the kernel killed a process of its cgroup"},
		{Ending{ExitCode: code(139), Signal: "SIGSEGV"}, Failed, "SIGSEGV", "SIGSEGV", "the program ended with SIGSEGV"},
		{Ending{ExitCode: code(130), Signal: "SIGINT", LastWords: traceback}, Stopped, "SIGINT", "signal", "interrupt"},
		{Ending{ExitCode: code(143)}, Stopped, "SIGTERM", "signal", "terminated"},
		{Ending{ExitCode: code(129)}, Stopped, "SIGHUP", "signal", "hangup"},
		{Ending{ExitCode: code(0), Asked: "SIGTERM"}, Stopped, "SIGTERM", "signal", "terminated"},
		{Ending{ExitCode: code(1), Asked: "SIGINT"}, Stopped, "SIGINT", "signal", "interrupt"},
		{Ending{ExitCode: code(137), Signal: "SIGKILL", Asked: "SIGTERM"}, Lost, "SIGKILL", "signal", "killed by SIGKILL"},
		{Ending{ExitCode: code(127), NotStarted: errors.New("train: not found")}, Failed, "", "not started", "train: not found"},
		{Ending{}, Lost, "", "", ""},
		{Ending{OutOfMemory: true}, Lost, "", "lost", "its process died without a word, probably out of memory: the kernel killed a process of its cgroup"},
		{Ending{LastWords: []byte("no data\n")}, Lost, "", "lost", "nobody could see how its process ended; its last line was: no data"},
		{Ending{LastWords: []byte(crashed)}, Failed, "", "panic", "boom"},
	} {
		end := test.ending.end()
		f := test.ending.failure(end.Status)
		kind, message := "", ""
		if f != nil {
			kind, message = f.Type, f.Message
		}
		if end.Status != test.status || end.Signal != test.signal || kind != test.kind || message != test.message {
			t.Errorf("%+v: %s, signal %q, %q %q", test.ending, end.Status, end.Signal, kind, message)
		}
	}
}
