//go:build unix

package recorder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/recorder/internal/divert"
)

// supervisorName is the hidden command of exprec that supervises a program.
const supervisorName = "supervisor"

// answerFD is the supervisor's descriptor for the answer.
const answerFD = 3

// supervisorJob is what the supervisor is told, as its argument.
type supervisorJob struct {
	Title, Name, Group, Continue string
	Tags                         []string
	Steps                        int
	Quiet, NoSource, NoSystem    bool
	Output                       bool // descriptors 1 and 2 are the program's
	PID                          int
	Args                         []string
	NoArguments                  bool
}

// supervisorAnswer is what it says when the run is in git.
type supervisorAnswer struct {
	Begun *Begun
	Error string
}

// startSupervisor starts a supervisor and waits until it has begun the run.
func startSupervisor(b Beginning) (*Begun, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find exprec: %w", err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	answers, answer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer answers.Close()
	job := supervisorJob{
		Title: b.Title, Name: b.Name, Group: b.Group, Continue: b.Continue, Tags: b.Tags, Steps: b.Steps, Quiet: b.Quiet,
		NoSource: b.NoSource, NoSystem: b.NoSystem, Output: !b.NoOutput && b.Stdout >= 0, PID: b.PID, Args: b.Args,
		NoArguments: b.NoArguments,
	}
	argument, err := json.Marshal(job)
	if err != nil {
		return nil, errors.Join(err, answer.Close())
	}
	files := []int{int(null.Fd()), int(null.Fd()), 2, int(answer.Fd())}
	if job.Output {
		files[1] = b.Stdout
	}
	keepDescriptors()
	child, err := divert.Spawn(path, []string{path, supervisorName, string(argument)}, files)
	if err = errors.Join(err, answer.Close()); err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	return awaitBegun(answers, child.Pid)
}

// keepDescriptors keeps what this process inherited, such as a lock or a pipe of
// the user's shell, from the supervisor, which lives longer.
func keepDescriptors() {
	entries, _ := os.ReadDir("/dev/fd")
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}

// maxAnswer bounds what a supervisor answers, in bytes.
const maxAnswer = 1 << 20

func awaitBegun(answers io.Reader, pid int) (*Begun, error) {
	data, err := io.ReadAll(io.LimitReader(answers, maxAnswer))
	if err != nil {
		return nil, err
	}
	var a supervisorAnswer
	if err := json.Unmarshal(data, &a); err != nil {
		return nil, errors.New("the supervisor ended without an answer")
	}
	if a.Begun == nil {
		return nil, errors.New(a.Error)
	}
	a.Begun.Supervisor = pid
	return a.Begun, nil
}
