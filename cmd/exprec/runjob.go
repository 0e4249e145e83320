package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/exprec/exprec/recorder"
)

// job is a command while it runs under exprec.
type job struct {
	cmd      *exec.Cmd
	messages *messages
	signals  *signals
	terminal *terminal // of the command, nil where it has pipes
	streams  []*stream
	ends     []*os.File // what the command gets, ours until it has started

	suspending sync.Mutex
	echo       time.Time // until then a stop may be the one that we sent

	mu    sync.Mutex
	asked string // the last signal that asked the command to end
}

// newJob prepares a command. From here on signals are kept for it.
func newJob(words []string, path string) *job {
	j := &job{messages: &messages{to: os.Stderr}, signals: listen()}
	j.cmd = &exec.Cmd{Path: path, Args: words, Stdin: os.Stdin}
	return j
}

// run runs the command and gives how it ended as an error.
func (j *job) run(s *recorder.Supervisor, p *plan, lookErr error) error {
	if asked := j.signals.early(); asked != "" {
		code := signalCode(asked)
		s.End(recorder.Ending{ExitCode: &code, Asked: asked})
		return &exited{code: code}
	}
	err := lookErr
	if err == nil {
		j.cmd.Env = environment(s.Environ())
		err = j.start(s, p)
	}
	if err != nil {
		why := notStarted(j.cmd.Args[0], err)
		s.End(recorder.Ending{ExitCode: &why.code, NotStarted: why.err})
		return why
	}
	s.Started(j.cmd.Process.Pid)
	end := j.wait()
	go j.beLeft(*end.ExitCode)
	s.End(end)
	return &exited{code: *end.ExitCode}
}

// beLeft lets who asks twice not wait for the record of a command that has
// ended: it is made of the run's journals later.
func (j *job) beLeft(code int) {
	for asked := 0; asked < 2; {
		if asks(<-j.signals.came) != "" {
			asked++
		}
	}
	j.messages.say("the run is not finished: exprec recover does that")
	os.Exit(code)
}

// start starts the command on a terminal or with pipes.
func (j *job) start(s *recorder.Supervisor, p *plan) error {
	defer j.closeEnds()
	reading := func() *lines { return p.reading(s.Experiment()) }
	if err := j.connect(s, reading); err != nil {
		return err
	}
	j.terminal.enter()
	if err := startProgram(j.cmd); err != nil {
		j.terminal.close()
		return err
	}
	for _, s := range j.streams {
		go j.guard(s.carry)
	}
	go j.guard(func() { j.terminal.carryInput(j.press) })
	return nil
}

// connect gives the command what it reads and writes: a terminal where we have
// one, and pipes for the rest.
func (j *job) connect(s *recorder.Supervisor, reading func() *lines) (err error) {
	j.terminal = openTerminal(j.messages)
	out, errs := &descriptor{fd: 1}, &descriptor{fd: 2}
	if j.terminal == nil {
		if j.cmd.Stdout, err = j.pipe(out, s.Stdout(), reading()); err != nil {
			return err
		}
		if oneStream() {
			j.cmd.Stderr = j.cmd.Stdout
			return nil
		}
		j.cmd.Stderr, err = j.pipe(errs, s.Stderr(), reading())
		return err
	}
	j.ends = append(j.ends, j.terminal.end)
	j.streams = append(j.streams, newStream(j.terminal.ours, out, &unreturned{to: s.Stdout()}, reading()))
	j.terminal.give(j.cmd)
	if !isTerminal(errs.fd) {
		j.cmd.Stderr, err = j.pipe(errs, s.Stderr(), reading())
	}
	return err
}

// oneStream reports whether our stdout and stderr are one file or pipe: then
// the command has one too, and what it prints keeps its order. Where nobody
// reads, as in /dev/null, there is no order to keep.
func oneStream() bool {
	out, err := os.Stdout.Stat()
	if err != nil || out.Mode()&os.ModeDevice != 0 && !isTerminal(1) {
		return false
	}
	errs, err := os.Stderr.Stat()
	return err == nil && os.SameFile(out, errs)
}

// pipe gives the command's end of a new stream.
func (j *job) pipe(to *descriptor, keep io.Writer, lines *lines) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	j.ends = append(j.ends, w)
	j.streams = append(j.streams, newStream(r, to, keep, lines))
	return w, nil
}

func (j *job) closeEnds() {
	for _, f := range j.ends {
		f.Close()
	}
}

// guard leaves the terminal as it was also where a fault of ours ends exprec.
func (j *job) guard(do func()) {
	defer func() {
		if r := recover(); r != nil {
			j.terminal.leave()
			panic(r)
		}
	}()
	do()
}

// wait hands signals on until the command has ended, and gives how.
func (j *job) wait() recorder.Ending {
	stop := make(chan struct{})
	var handing sync.WaitGroup
	handing.Go(func() { j.guard(func() { j.handle(stop) }) })
	_ = j.cmd.Wait() // what it says is in the state
	ended := time.Now()
	for _, s := range j.streams {
		s.finish(ended)
	}
	close(stop)
	handing.Wait()
	j.terminal.close()
	end := endingOf(j.cmd.ProcessState)
	j.mu.Lock()
	defer j.mu.Unlock()
	end.Asked = j.asked
	return end
}

// handle does what signals ask for until stop is closed.
func (j *job) handle(stop <-chan struct{}) {
	for {
		select {
		case sig := <-j.signals.came:
			if name := asks(sig); name != "" {
				j.wasAsked(name)
			}
			j.obey(sig)
		case <-stop:
			return
		}
	}
}

// wasAsked notes that the command was asked to end.
func (j *job) wasAsked(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = name
}

// environment is ours, without an invitation to another run, and with more.
func environment(more []string) []string {
	var kept []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "EXPREC_RUN=") && !strings.HasPrefix(pair, "EXPREC_DIR=") {
			kept = append(kept, pair)
		}
	}
	return append(kept, more...)
}
