//go:build unix

package recorder

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/recorder/internal/divert"
	"github.com/exprec/exprec/recorder/internal/journal"
)

// guardName is the hidden command of exprec that stands by for a supervisor.
const guardName = "output-guard"

// Descriptors of a guard beside 0, 1 and 2, which are the supervisor's.
const (
	guardedFD = 3 // a pipe that ends with the supervisor
	firstFIFO = 4 // the first of the FIFOs
)

// guardJob is what the guard is told, as its argument.
type guardJob struct {
	Folder string
	PID    int   // of the program
	To     []int // where each FIFO goes
}

// GuardOutput is the process that stands by for a supervisor: without a reader
// of its FIFOs the program would die at its next word. When the supervisor is
// killed it passes on what the program prints, and seals the run when that has
// ended.
func GuardOutput(args []string) int {
	var job guardJob
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &job) != nil {
		fmt.Fprintln(os.Stderr, "exprec: this command is started by exprec, not by people")
		return 2
	}
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	signal.Ignore(append(signals, syscall.SIGPIPE)...)
	_ = os.Chdir("/") // so that it is in nobody's way
	awaitEnd(guardedFD)
	var relays []*divert.Relay
	for i, to := range job.To {
		r, err := divert.NewRelay(firstFIFO+i, to, func([]byte) {})
		if err != nil {
			return 1
		}
		relays = append(relays, r)
		go r.Run()
	}
	if !journal.IsSealed(filepath.Join(job.Folder, lockName)) {
		job.standIn()
	}
	signal.Reset(signals...)
	for _, r := range relays {
		<-r.Ended()
	}
	return 0
}

// standIn keeps the FIFOs open until the program has ended, and seals its run.
func (j guardJob) standIn() {
	process, err := openProcess(j.PID)
	if err == nil {
		for _, name := range []string{stdoutName, stderrName} {
			if fd, err := unix.Open(filepath.Join(j.Folder, name), unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err == nil {
				defer unix.Close(fd)
			}
		}
		process.wait(context.Background())
	}
	if err := sealAbandoned(context.Background(), j.Folder); err != nil {
		fmt.Fprintf(os.Stderr, "exprec: seal the run of a supervisor that was killed: %v\n", err)
	}
}

// awaitEnd returns when a pipe has ended.
func awaitEnd(fd int) {
	buf := make([]byte, 16)
	for {
		n, err := unix.Read(fd, buf)
		if n == 0 && err == nil || err != nil && err != unix.EINTR {
			return
		}
	}
}

// guard starts the guard of this supervisor. Without one the program depends on
// this process, so an error is a warning.
func (v *supervision) guard() error {
	job := guardJob{Folder: v.experiment.folder, PID: v.job.PID}
	path, err := os.Executable()
	if err != nil {
		return err
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	v.guarded = ours // open until this process ends
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	files := []int{int(null.Fd()), 1, 2, int(theirs.Fd())}
	for _, s := range v.fifos.streams {
		job.To, files = append(job.To, s.fd), append(files, s.read)
	}
	argument, err := json.Marshal(job)
	if err != nil {
		return err
	}
	_, err = divert.Spawn(path, []string{path, guardName, string(argument)}, files)
	return err
}
