//go:build unix

package recorder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/death"
	"github.com/exprec/exprec/recorder/internal/divert"
)

// SuperviseProgram is the process that exprec begin leaves behind: it begins
// the run of a program in another language, keeps what that prints, sees how it
// ends, and seals the run. It is started with one argument, and gives its exit
// code.
func SuperviseProgram(args []string) int {
	unix.CloseOnExec(answerFD)
	answers := os.NewFile(answerFD, "answer")
	var job supervisorJob
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &job) != nil || answers == nil {
		fmt.Fprintln(os.Stderr, "exprec: this command is started by exprec begin, not by people")
		return 2
	}
	// It ends after the program, whatever ends that, and whoever reads it.
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	signal.Ignore(append(signals, syscall.SIGPIPE)...)
	v := &supervision{job: job, died: make(chan death.End, 1)}
	begun, err := v.begin()
	if aerr := answer(answers, begun, err); err != nil || aerr != nil && v.experiment == nil {
		return 1
	}
	v.watch()
	signal.Reset(signals...)
	v.relay()
	return 0
}

func answer(to *os.File, begun *Begun, failed error) error {
	a := supervisorAnswer{Begun: begun}
	if failed != nil {
		a = supervisorAnswer{Error: failed.Error()}
	}
	data, err := json.Marshal(a)
	if err == nil {
		_, err = to.Write(data)
	}
	return errors.Join(err, to.Close())
}

// supervision is what the supervisor does for its program.
type supervision struct {
	job        supervisorJob
	experiment *Experiment
	fifos      fifos
	control    chan command
	sink       *capture.Sink // nil where output is not kept
	relays     []*divert.Relay
	died       chan death.End
	memory     memoryWatch
	guarded    *os.File // as long as it is open the guard stands by
}

// begin begins the run: it is in git, and all that the program needs is there,
// when it returns.
func (v *supervision) begin() (*Begun, error) {
	j := v.job
	process, err := openProcess(j.PID)
	if err != nil {
		return nil, err
	}
	v.memory = watchMemory(j.PID)
	o := Options{
		Title: j.Title, Name: j.Name, Group: j.Group, Continue: j.Continue, Tags: j.Tags, Steps: j.Steps, Quiet: j.Quiet,
		NoSource: j.NoSource, NoSystem: j.NoSystem, NoOutput: !j.Output,
	}
	e, err := begin(o, programOf(j))
	if err != nil {
		return nil, err
	}
	v.experiment = e
	go func() { v.died <- process.wait(context.Background()) }()
	if err := v.open(); err != nil {
		v.fifos.remove()
		return nil, oneLine(err, v.abandon())
	}
	if len(j.Args) > 0 {
		e.setArguments(Command{Args: j.Args, NoArguments: j.NoArguments})
	}
	e.gatherFacts(j.PID)
	e.sampleSystem(j.PID)
	begun := describeBegun(e.uuid, e.folder, e.project.top)
	begun.Label, begun.Output = e.label, len(v.relays) > 0
	return begun, nil
}

// programOf describes the program for the record.
func programOf(j supervisorJob) *Command {
	c := &Command{Args: j.Args, pid: j.PID}
	if len(c.Args) == 0 {
		c.Args, c.Path = processCommand(j.PID)
	}
	return c
}

// open makes the FIFOs that the program talks to, and begins to read them.
func (v *supervision) open() (err error) {
	e := v.experiment
	if v.fifos, err = makeFIFOs(e.folder, v.job.Output); err != nil {
		return err
	}
	v.control = make(chan command)
	go v.fifos.readControl(v.control)
	if !v.job.Output {
		return nil
	}
	limit, err := e.project.outputLimit()
	if err != nil {
		e.fail(err)
	}
	if v.sink, err = capture.OpenSink(filepath.Join(e.folder, outputDir), limit, e.mark); err != nil {
		return fmt.Errorf("keep the output: %w", err)
	}
	for _, f := range v.fifos.streams {
		stream := capture.Stream(f.fd)
		r, err := divert.NewRelay(f.read, f.fd, func(data []byte) { v.sink.Write(stream, data) })
		if err != nil {
			return err
		}
		v.relays = append(v.relays, r)
		go r.Run()
	}
	if err := v.guard(); err != nil {
		e.warn("nobody stands by for the supervisor: %v", err)
	}
	return nil
}

// abandon ends a run whose program could not be given what it needs.
func (v *supervision) abandon() error {
	v.experiment.endWatched(Ending{NotStarted: errors.New("its supervisor could not begin")})
	return v.experiment.Err()
}
