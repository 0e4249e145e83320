//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/exprec/exprec/recorder"
)

// recordElsewhere records a run in dir from a process of its own, so that this
// one's peak memory is that of reading alone. It gives the run's id.
func recordElsewhere(dir string, scalars, points int) (string, error) {
	command := exec.Command("/proc/self/exe", "-record", fmt.Sprintf("%d,%d", scalars, points), "-dir", dir)
	command.Stderr = os.Stderr
	out, err := command.Output()
	return strings.TrimSpace(string(out)), err
}

// record is what that process does.
func record(dir, size string) error {
	var scalars, points int
	if _, err := fmt.Sscanf(size, "%d,%d", &scalars, &points); err != nil {
		return err
	}
	exp, err := quiet(dir, false)
	if err != nil {
		return err
	}
	state := uint64(1)
	for s := range scalars {
		scalar := exp.Scalar(fmt.Sprintf("group%02d/scalar%04d", s/100, s))
		for step := range points {
			state = state*6364136223846793005 + 1442695040888963407
			scalar.Add(1/float64(step+1)+float64(state>>40)/(1<<30), step)
		}
	}
	exp.Finish()
	fmt.Println(exp.ID())
	return exp.Err()
}

// decodePoints reads every point of a scalar back.
func decodePoints(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 100)
	if err != nil {
		return nil, err
	}
	id, err := recordElsewhere(dir, 1, s.points)
	if err != nil {
		return nil, err
	}
	r := row{Work: fmt.Sprintf("decode %s points", humanize.Comma(int64(s.points))), Baseline: "git cat-file of their bytes"}
	rows, err := m.beside(3, r, func() error {
		return withRun(dir, id, func(run *recorder.Run) error {
			series, err := run.Series("group00/scalar0000")
			if err == nil && len(series.Values) != s.points {
				err = fmt.Errorf("%d points were read, %d recorded", len(series.Values), s.points)
			}
			return err
		})
	}, func() error { return m.catFiles(id, "scalars") })
	if err == nil {
		rows[0].Note = fmt.Sprintf("%.3g ns a point", float64(rows[0].Took.Nanoseconds())/float64(s.points))
	}
	return rows, err
}

// openScalars opens a run and reads all that its page needs before a chart is
// drawn: facts, parameters, results, and the summary of every scalar.
func openScalars(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 100)
	if err != nil {
		return nil, err
	}
	id, err := recordElsewhere(dir, s.scalars, 200)
	if err != nil {
		return nil, err
	}
	r := row{Work: fmt.Sprintf("open a run of %s scalars", humanize.Comma(int64(s.scalars))), Baseline: "git cat-file of their index"}
	return m.beside(s.rounds, r, func() error {
		return withRun(dir, id, func(run *recorder.Run) error {
			if _, err := run.Params(); err != nil {
				return err
			}
			run.Results()
			scalars, err := run.Scalars()
			if err == nil && len(scalars) != s.scalars {
				err = fmt.Errorf("%d scalars were read, %d recorded", len(scalars), s.scalars)
			}
			return err
		})
	}, func() error { return m.catFiles(id, "scalars.msgpack") })
}

// withRun opens the project afresh, as a new process would.
func withRun(dir, id string, use func(*recorder.Run) error) error {
	project, err := recorder.Open(dir)
	if err != nil {
		return err
	}
	defer project.Close()
	run, err := project.Run(context.Background(), id)
	if err != nil {
		return err
	}
	return use(run)
}

// catFiles lets git list and print the files of a run below a path.
func (m *meter) catFiles(id, path string) error {
	names, err := m.run(nil, nil, "git", "ls-tree", "-r", "--format=%(objectname)", "refs/exprec/"+id, path)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("the run %s has no %s", id, path)
	}
	_, err = m.run(nil, bytes.NewReader(names), "git", "cat-file", "--batch")
	return err
}
