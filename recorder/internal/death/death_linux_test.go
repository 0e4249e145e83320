package death

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// grandchild starts a process whose parent, not this one, waits for it: at
// once or never. It ends when the returned function is called.
func grandchild(t *testing.T, script string, never bool) (pid int, end func()) {
	t.Helper()
	wait := "wait"
	if never {
		wait = "exec tail -f /dev/null"
	}
	cmd := exec.Command("bash", "-c", fmt.Sprintf(`exec 3<&0; (read go <&3; %s) & echo $!; %s`, script, wait))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err = strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return pid, func() { fmt.Fprintln(in, "go") }
}

func TestEnds(t *testing.T) {
	for _, never := range []bool{false, true} {
		for _, test := range []struct {
			script string
			code   int
			signal string
		}{
			{"exit 0", 0, ""},
			{"exit 3", 3, ""},
			{"kill -KILL $BASHPID", 137, "SIGKILL"},
			{"kill -TERM $BASHPID", 143, "SIGTERM"},
			{"ulimit -c 0; kill -SEGV $BASHPID", 139, "SIGSEGV"},
		} {
			pid, end := grandchild(t, test.script, never)
			p, err := Open(pid)
			if err != nil {
				t.Fatal(err)
			}
			end()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			got, err := p.Wait(ctx)
			cancel()
			if err != nil || got.Code == nil || *got.Code != test.code || got.Signal != test.signal {
				t.Errorf("%s, never waited for: %v: %+v, %v", test.script, never, got, err)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A process that goes on ends no wait but by the context, and there is nothing
// to open where no process is.
func TestNoEnd(t *testing.T) {
	p, err := Open(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(cmd.Process.Pid); !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
}
