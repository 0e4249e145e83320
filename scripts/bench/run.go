//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/exprec/exprec/recorder"
)

// runCommand records a command that does nothing, beside the command alone.
func runCommand(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 1_000)
	if err != nil {
		return nil, err
	}
	if err := m.exprec(); err != nil {
		return nil, err
	}
	rows, err := m.commands(s.rounds, row{Work: "exprec run -- true, 1,000 files", Baseline: "true", Goal: "60 ms more"},
		func() error { return m.command("exprec", "run", "--quiet", "--", "true") },
		func() error { return m.command("true") })
	if err == nil {
		rows[0].Note = short(rows[0].Took-rows[0].Other) + " more"
	}
	return rows, err
}

// runOutput lets a command print into exprec run, beside tee into a file.
func runOutput(dir string, s scaling) ([]row, error) {
	m, data, err := printed(dir, s)
	if err != nil {
		return nil, err
	}
	rows, err := m.commands(s.rounds/3, row{Work: "output through exprec run", Baseline: "tee FILE", Goal: "3.3"},
		func() error { return m.command("exprec", "run", "--quiet", "--", "cat", data) },
		func() error { return m.command("sh", "-c", "cat "+data+" | tee "+data+".copy") })
	if err != nil {
		return nil, err
	}
	return m.apart(rows, s)
}

// ownOutput lets a program print whose output the library records, beside one
// whose output goes through a pipe into a file.
func ownOutput(dir string, s scaling) ([]row, error) {
	m, data, err := printed(dir, s)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	rows, err := m.commands(s.rounds/3, row{Work: "output recorded by the library", Baseline: "cat > FILE", Goal: "3.3"},
		func() error { return m.command(self, "-print", data, "-recorded") },
		func() error { return m.command("sh", "-c", self+" -print "+data+" | cat > "+data+".copy") })
	if err != nil {
		return nil, err
	}
	return m.apart(rows, s)
}

// printed makes a repository, and a file of what is to be printed.
func printed(dir string, s scaling) (*meter, string, error) {
	folder, data := filepath.Join(dir, "repository"), filepath.Join(dir, "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, "", err
	}
	m, err := repository(folder, 100)
	if err != nil {
		return nil, "", err
	}
	if err := m.exprec(); err != nil {
		return nil, "", err
	}
	return m, data, os.WriteFile(data, text(rand.New(rand.NewPCG(3, 4)), int(s.output))[:s.output], 0o600)
}

// apart counts the time until a run's end alone, as the median of the runs:
// what follows is the compression of its output, which the note tells of.
func (m *meter) apart(rows []row, s scaling) ([]row, error) {
	project, err := recorder.Open(m.dir)
	if err != nil {
		return nil, err
	}
	defer project.Close()
	runs, err := project.Runs(context.Background(), "")
	if err != nil {
		return nil, err
	}
	var took []float64
	for _, r := range runs {
		o, err := r.Output("stdout")
		if err == nil && o.Size != s.output {
			err = fmt.Errorf("%d bytes of output were recorded, %d printed", o.Size, s.output)
		}
		if err != nil {
			return nil, err
		}
		took = append(took, r.Seconds())
	}
	slices.Sort(took)
	rows[0].Work = humanize.IBytes(uint64(s.output)) + " of " + rows[0].Work
	rows[0].Note = short(rows[0].Took) + " with its compression"
	rows[0].Took = time.Duration(took[len(took)/2] * float64(time.Second))
	return rows, nil
}

// helper starts and finishes a run with the process that keeps its output, and
// without.
func helper(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 1_000)
	if err != nil {
		return nil, err
	}
	if err := m.exprec(); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	rows, err := m.commands(s.rounds, row{Work: "a recorded program, its output kept", Baseline: "output not kept"},
		func() error { return m.command(self, "-print", os.DevNull, "-recorded") },
		func() error { return m.command(self, "-print", os.DevNull, "-recorded", "-nooutput") })
	if err == nil {
		rows[0].Note = short(rows[0].Took-rows[0].Other) + " more"
	}
	return rows, err
}

// addScalarBeside logs while the program prints lines, with the output recorded
// and without.
func addScalarBeside(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 100)
	if err != nil {
		return nil, err
	}
	if err := m.exprec(); err != nil {
		return nil, err
	}
	with, err := m.logged(s.calls)
	if err != nil {
		return nil, err
	}
	without, err := m.logged(s.calls, "-nooutput")
	return []row{{Work: "AddScalar beside lines that are recorded", Took: with, Baseline: "lines not recorded", Other: without, Goal: "100 ns"}}, err
}

// logged is what one call takes a program that prints meanwhile.
func (m *meter) logged(calls int, more ...string) (time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	var said bytes.Buffer
	command := exec.Command(self, append([]string{"-print", os.DevNull, "-recorded", "-logging", fmt.Sprint(calls)}, more...)...)
	command.Dir, command.Stderr = m.dir, &said
	if err := command.Run(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, said.String())
	}
	var nanoseconds int64
	_, err = fmt.Sscan(said.String(), &nanoseconds)
	return time.Duration(nanoseconds), err
}

// exprec fails where the command is not on PATH: the script builds it.
func (m *meter) exprec() error {
	if _, err := exec.LookPath("exprec"); err != nil {
		return fmt.Errorf("%w: run scripts/bench.sh", err)
	}
	return nil
}

// command runs a command whose output nobody reads.
func (m *meter) command(name string, arguments ...string) error {
	if m.weigh {
		_, err := m.run(nil, nil, name, arguments...)
		return err
	}
	command := exec.Command(name, arguments...)
	command.Dir, command.Stderr = m.dir, os.Stderr
	return command.Run()
}
