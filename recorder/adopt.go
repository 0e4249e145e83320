package recorder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// startName is the file in a folder that a program in another language made
// without exprec: what it knows of the start of its run.
const startName = "start.json"

// maxStart bounds it, in bytes.
const maxStart = 1 << 20

// waitingStart is its content.
type waitingStart struct {
	Run       string
	Started   int64 // nanoseconds since 1970
	Command   []string
	Directory string
	Runtime   string
	Process   struct {
		PID int
		World
	}
	Title, Name, Group string
	Steps              int64
	Tags               []string
}

// adopt takes in the runs that wait below .exprec of the project's top because
// their programs found no exprec, once their processes are dead.
func (p *Project) adopt() error {
	if p.repo == nil || len(p.homes) == 0 {
		return nil
	}
	folders, _ := filepath.Glob(filepath.Join(p.top, ".exprec", "runs", "*", startName))
	var errs []error
	for _, name := range folders {
		folder := filepath.Dir(name)
		start, err := readWaiting(name)
		if err != nil || !ours(folder) || start.Process.MachineID == "" || start.Process.MachineID != p.witness().here.MachineID {
			continue // nobody here left it
		}
		if writesUnlocked(folder) || !plainFolder(folder) {
			continue
		}
		if err := p.takeIn(folder, start); err != nil {
			errs = append(errs, fmt.Errorf("take in the run that waits in %s: %w", folder, err))
		}
	}
	return oneLine(errs...)
}

func readWaiting(name string) (s waitingStart, err error) {
	data, err := readBounded(name, maxStart)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err == nil && s.Run != filepath.Base(filepath.Dir(name)) {
		err = errors.New("it is that of another run")
	}
	if err == nil {
		err = record.CheckUUID(s.Run)
	}
	return s, err
}

// plainFolder reports whether a folder holds files and folders alone: no link
// leads out of it.
func plainFolder(folder string) bool {
	return filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !d.Type().IsRegular() {
			return fs.ErrInvalid
		}
		return err
	}) == nil
}

// takeIn makes a folder that waits one of a run whose start could not be
// committed. Who looks next seals it.
func (p *Project) takeIn(folder string, start waitingStart) error {
	to := filepath.Join(p.Home(), "runs", start.Run)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, originName), []byte(p.top), 0o600); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(folder, record.RunFile), record.EncodeRun(start.describe())); err != nil {
		return err
	}
	if err := moveFolder(folder, to, nil); err != nil {
		return err
	}
	os.Remove(filepath.Join(to, startName))
	os.Remove(filepath.Dir(folder)) // where it was the last one
	_ = p.link(to)                  // for people only
	return nil
}

// describe is the start as a run has it.
func (s waitingStart) describe() *record.Run {
	run := &record.Run{
		Format: record.Format, UUID: s.Run, Alias: record.Alias(s.Run), Status: record.Running, Started: time.Unix(0, s.Started).UTC(),
		Command: redact.Args(s.Command), Directory: s.Directory, Runtime: s.Runtime, Title: s.Title, Group: s.Group, Steps: max(s.Steps, 0),
		Warnings: []string{"its program found no exprec: the source is not kept"},
	}
	run.Process = record.Process{
		PID: s.Process.PID, MachineID: s.Process.MachineID, BootID: s.Process.BootID, PIDNamespace: s.Process.PIDNamespace,
	}
	run.Host.Name = s.Process.Host
	if s.Name != "" && checkName("run", s.Name) == nil {
		run.Name = s.Name
	}
	for _, tag := range s.Tags {
		if checkTag(tag) == nil {
			run.Tags = append(run.Tags, tag)
		}
	}
	return run
}
