package recorder

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// watchedBy is what the journal of a supervisor says of itself.
const watchedBy = "exprec run"

// A Command is a program that this process records from outside, as its
// parent.
type Command struct {
	Args []string // as typed, the program's name first
	Path string   // of its executable, empty where there is none
	// Source is the run whose source is kept instead of a snapshot, Commit the
	// commit of the user's repository whose tree is.
	Source, Commit string
	// RerunOf is the run that this command is run for again, and Directory
	// where that ran as seen from the project's top: the folder that this
	// process is in stands for it.
	RerunOf, Directory string
	// Parameters are name=value each: bool, whole or other number, or text.
	Parameters []string
	// NoArguments takes no parameters from Args. Else --k v, --k=v and k=v
	// among the program's own words are parameters, under those of Parameters.
	NoArguments bool
	// Messages is where people are told of the run; nil is stderr.
	Messages io.Writer

	pid int // of a program that runs already, 0 where this process starts it
}

// Supervisor records a command that this process is about to start. What goes
// wrong with the recording is said and kept for [Experiment.Err]; it never
// stops the command.
type Supervisor struct {
	experiment *Experiment
	sink       *capture.Sink // nil where output is not kept
	memory     memoryWatch
}

// Supervise begins to record a command. It never returns nil and never fails.
// The source is in git before it returns.
func Supervise(o Options, c Command) (s *Supervisor) {
	s = &Supervisor{}
	if o.Off() {
		s.experiment = &Experiment{options: o}
		return s
	}
	defer func() {
		if r := recover(); r != nil {
			s.experiment = broken(o, fmt.Errorf("a fault in the recorder: %v", r))
		}
	}()
	e, err := begin(o, &c)
	if err != nil {
		e = broken(o, err)
	}
	s.experiment = e
	if !e.off() {
		s.memory = watchMemory(0)
		s.keepOutput()
		e.setArguments(c)
	}
	return s
}

// keepOutput opens what keeps the command's output.
func (s *Supervisor) keepOutput() {
	e := s.experiment
	if e.options.NoOutput {
		return
	}
	limit, err := e.project.outputLimit()
	if err != nil {
		e.fail(err)
	}
	sink, err := capture.OpenSink(filepath.Join(e.folder, outputDir), limit, e.mark)
	if err != nil {
		e.fail(fmt.Errorf("the output is not kept: %w", err))
		return
	}
	s.sink = sink
}

// mark notes how far a stream had been written by now.
func (e *Experiment) mark(stream capture.Stream, offset int64) {
	e.append(journal.Mark, record.EncodeMarkFrame(record.MarkFrame{Stream: uint8(stream), Offset: offset}))
}

// Experiment records what is known of the command beside its output.
func (s *Supervisor) Experiment() *Experiment { return s.experiment }

// Environ is what the command's environment needs so that its own calls of
// this package join the run: NAME=value each, none where nothing is recorded.
func (s *Supervisor) Environ() []string {
	if s.experiment.off() {
		return nil
	}
	return []string{envRun + "=" + s.experiment.uuid, envDir + "=" + s.experiment.folder}
}

// Started says that the command runs.
func (s *Supervisor) Started(pid int) {
	if s.experiment.off() {
		return
	}
	defer s.forgive()
	s.experiment.beginWatch(pid, watchedBy)
	s.experiment.gatherFacts(pid)
	s.experiment.sampleSystem(pid)
}

// Stdout keeps what is written to it as the command's standard output, or as
// its only stream. Its writes take no longer than a write to a file and never
// fail.
func (s *Supervisor) Stdout() io.Writer { return outputOf{s.sink, capture.Stdout} }

// Stderr keeps what is written to it as the command's standard error.
func (s *Supervisor) Stderr() io.Writer { return outputOf{s.sink, capture.Stderr} }

// outputOf is one stream of a sink; without a sink it forgets.
type outputOf struct {
	sink   *capture.Sink
	stream capture.Stream
}

func (o outputOf) Write(b []byte) (int, error) {
	if o.sink != nil {
		o.sink.Write(o.stream, b)
	}
	return len(b), nil
}

// End records how the command ended and seals the run, unless another process
// still writes it. Last words are added where there are none, and what the kernel
// says of the memory.
func (s *Supervisor) End(end Ending) {
	e := s.experiment
	if e.off() {
		return
	}
	defer s.forgive()
	if s.sink != nil {
		if end.LastWords == nil {
			end.LastWords = s.lastWords()
		}
		if err := s.sink.Close(); err != nil {
			e.warn("the output is not kept whole: %v", err)
		}
	}
	end.OutOfMemory = end.OutOfMemory || s.memory.killed()
	e.endWatched(end)
}

// forgive keeps a fault of the recorder from the command.
func (s *Supervisor) forgive() {
	if r := recover(); r != nil {
		s.experiment.fail(fmt.Errorf("a fault in the recorder: %v", r))
	}
}

// lastWords is the end of stderr, or of the only stream.
func (s *Supervisor) lastWords() []byte {
	if words := s.sink.Tail(capture.Stderr, capture.MaxTail); len(words) > 0 {
		return words
	}
	return s.sink.Tail(capture.Stdout, capture.MaxTail)
}
