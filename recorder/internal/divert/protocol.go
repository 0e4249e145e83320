package divert

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Version is that of the protocol between both sides. They may be of different
// builds.
const Version = 1

// What the sides say to each other, a byte each.
const (
	Ready     = 'r' // the helper: the descriptors may be taken
	Done      = 'd' // the helper: what was printed before Finish is passed on, and the run let go of
	Failed    = 'e' // the helper: it cannot, for the reason that follows
	Finish    = 'f' // the program: the descriptors were given back
	Panicking = 'p' // the program: it is about to die, or else recovers the panic
)

// Job is what the program tells the helper, as its argument.
type Job struct {
	Version int
	PID     int      // of the program
	Streams []Stream // one a pipe
	Run     string
	Folder  string // of the run
	Limit   int64  // bytes kept a stream
	Quiet   bool
}

// Stream is a pipe: what is printed on descriptor FD comes through it.
type Stream struct {
	FD int // 1 or 2: it is the helper's too
}

// ProcessFD is the helper's descriptor that is a pidfd of the program, where
// there is such a thing.
const ProcessFD = 5

// Other descriptors of the helper beside 0, 1 and 2, which are the program's.
const (
	commandsFD = 3 // bytes from the program
	answersFD  = 4 // bytes to the program
	pipesFD    = 6 // the first of the pipes
)

// Argument is the job as one argument.
func (j Job) Argument() string {
	data, err := json.Marshal(j)
	if err != nil {
		panic(err) // numbers and texts alone
	}
	return string(data)
}

// ParseJob reads the argument.
func ParseJob(args []string) (Job, error) {
	var j Job
	if len(args) != 1 {
		return j, errors.New("this command is started by programs that record their output, not by people")
	}
	if err := json.Unmarshal([]byte(args[0]), &j); err != nil {
		return j, fmt.Errorf("the job cannot be read: %w", err)
	}
	if j.Version != Version {
		return j, fmt.Errorf("the program speaks version %d of the protocol, this exprec version %d; use the same version of both", j.Version, Version)
	}
	for _, s := range j.Streams {
		if s.FD != 1 && s.FD != 2 {
			return j, fmt.Errorf("there is no stream %d", s.FD)
		}
	}
	return j, nil
}
