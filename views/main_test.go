package views

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// programDir is the variable that makes the test binary a program that records.
const programDir = "VIEWS_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(programDir); dir != "" {
		recordUntilKilled(dir)
	}
	os.Exit(browsertest.Main(m))
}

// recordUntilKilled records a run, says its id, and goes on for as long as its
// stdin is open.
func recordUntilKilled(dir string) {
	e := recorder.Start(recorder.Options{Dir: dir, Name: "doomed", Quiet: true, NoSystem: true, NoOutput: true, Steps: 10})
	e.SetParameter("lr", 0.1)
	e.AddScalar("loss", 0.5, 3)
	if err := e.Sync(); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(e.ID())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	os.Exit(0)
}

// program starts a program of its own that records until kill ends it, with
// SIGKILL.
func (b *bench) program() (id string, kill func()) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), programDir+"="+b.dir)
	c.Stderr = os.Stderr
	stdin, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	kill = func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = stdin.Close()
	}
	b.Cleanup(kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if id = strings.TrimSpace(line); err != nil || len(id) != 36 {
		b.Fatalf("the program that records says %q, %v", line, err)
	}
	return id, kill
}
