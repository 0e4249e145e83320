package recorder

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/system"
)

const (
	// sampleBase is when the system is looked at first, for the rates to count
	// from: what ends before has paid nothing.
	sampleBase = 500 * time.Millisecond
	// sampleFirst is how often figures are logged in the beginning, and how far
	// the last ones, at the end, are from those before them at least.
	sampleFirst = time.Second
	// sampleEvery is how often figures are logged later.
	sampleEvery = 5 * time.Second
	// samplePatience bounds how long the end waits for the last figures.
	samplePatience = 2 * time.Second
)

// sampling logs what a process tree and its machine use as scalars below
// system/, at whole seconds since the run's start as steps.
type sampling struct {
	experiment *Experiment
	sampler    *system.Sampler
	prefix     string // of the scalars' names
	started    time.Time
	logged     time.Time // when the last figures were
}

// sampleSystem samples a process and what comes of it until the experiment
// ends: this process, or the one that it records from outside.
func (e *Experiment) sampleSystem(pid int) {
	e.sample(&sampling{sampler: system.New(pid, system.All).Except(e.helpers()...), prefix: record.SystemPrefix, started: e.started})
}

// sampleJoined samples a process that has joined a run which began on another
// machine, under its rank. Of several on one machine the first tells what all
// share. On the machine where the run began the run's first process tells.
func (e *Experiment) sampleJoined(run *record.Run) {
	if sameMachine(run) {
		return
	}
	parts := system.All
	if localRank() > 0 {
		parts = system.Tree
	}
	e.sample(&sampling{
		sampler: system.New(os.Getpid(), parts), started: run.Started,
		prefix: fmt.Sprintf("%srank%d/", record.SystemPrefix, rank()),
	})
}

// sameMachine reports whether the run began under this kernel.
func sameMachine(run *record.Run) bool {
	if boot := run.Process.BootID; boot != "" {
		return boot == journal.BootID()
	}
	name, _ := os.Hostname()
	return name == run.Host.Name
}

// localRank is this process's place among those of a distributed job on this
// machine, 0 where there is none.
func localRank() int {
	for _, name := range []string{"LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"} {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
			return n
		}
	}
	return 0
}

func (e *Experiment) sample(s *sampling) {
	if e.options.NoSystem || !e.project.setting("exprec.system") {
		return
	}
	s.experiment = e
	e.sampled = make(chan struct{})
	go s.run()
}

// setting is a switch of the user's git configuration that is on by default.
func (p *Project) setting(key string) bool {
	return p.repo == nil || p.repo.Config == nil || p.repo.Config.Bool(key, true)
}

// awaitSamples waits for the last figures: the end frame comes after them.
func (e *Experiment) awaitSamples() {
	if e.sampled == nil {
		return
	}
	patience := time.NewTimer(samplePatience)
	select {
	case <-e.sampled:
		expire(patience)
	case <-patience.C:
	}
}

func (s *sampling) run() {
	e := s.experiment
	defer s.sampler.Close() // the end of the run does not wait for it
	defer close(e.sampled)
	defer func() {
		if r := recover(); r != nil {
			e.fail(fmt.Errorf("a fault in the recorder while it sampled the system: %v", r))
		}
	}()
	began := time.Now()
	timer := time.NewTimer(sampleBase)
	defer expire(timer)
	for looks := 0; ; looks++ {
		select {
		case <-timer.C:
		case <-e.stop:
			if looks > 1 && time.Since(s.logged) >= sampleFirst {
				s.log()
			}
			return
		}
		if looks == 0 {
			s.sampler.Sample()
		} else if !s.log() {
			return
		}
		timer.Reset(time.Until(began.Add(next(time.Since(began)))))
	}
}

// next is when figures are logged after a time since the start.
func next(elapsed time.Duration) time.Duration {
	every := sampleEvery
	if elapsed < sampleEvery {
		every = sampleFirst
	}
	return elapsed.Truncate(every) + every
}

// log logs the figures by now. It reports whether the process lives.
func (s *sampling) log() bool {
	s.logged = time.Now()
	values := s.sampler.Sample()
	step := max(int64(s.logged.Sub(s.started).Seconds()), 0)
	for _, v := range values {
		s.experiment.Scalar(s.prefix+v.Name).Add(v.Value, int(step))
	}
	return values != nil
}
