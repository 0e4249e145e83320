package recorder

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	Resume             string // the run that it goes on from, as a person names it

	folder string
}

// adopt takes in the runs that wait below .exprec of the project's top because
// their programs found no exprec, the oldest first: a later one may go on from
// it. Where they have to be moved their processes must be dead.
func (p *Project) adopt(ctx context.Context) error {
	if len(p.homes) == 0 {
		return nil
	}
	var found []waitingStart
	for _, folder := range p.waiting() {
		start, err := readWaiting(filepath.Join(folder, startName))
		if err != nil || !ours(folder) || start.Process.MachineID == "" || start.Process.MachineID != p.witness().here.MachineID {
			continue // nobody here left it
		}
		if p.repo != nil && writesUnlocked(folder) || !plainFolder(folder) {
			continue
		}
		start.folder = folder
		found = append(found, start)
	}
	slices.SortStableFunc(found, func(a, b waitingStart) int { return cmp.Compare(a.Started, b.Started) })
	var errs []error
	for _, start := range found {
		if err := p.takeIn(ctx, start); err != nil {
			errs = append(errs, fmt.Errorf("take in the run that waits in %s: %w", start.folder, err))
		}
	}
	return oneLine(errs...)
}

// waiting are the folders below the project's top that programs made without
// exprec.
func (p *Project) waiting() []string {
	names, _ := filepath.Glob(filepath.Join(p.top, ".exprec", "runs", "*", startName))
	for i, name := range names {
		names[i] = filepath.Dir(name)
	}
	return names
}

// openWaiting makes the store of a plain folder that has runs which wait, and
// nothing else so far.
func (p *Project) openWaiting() error {
	if p.repo != nil || !slices.ContainsFunc(p.waiting(), ours) {
		return nil
	}
	at := p.ownPlaces()[0]
	if err := makeHome(at.home); err != nil {
		return err
	}
	return p.openPrepared(at)
}

// isWaiting reports whether a run's folder is one that nobody has taken in: it
// is that of another machine, or holds links.
func isWaiting(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, startName))
	if err != nil {
		return false
	}
	_, err = os.Lstat(filepath.Join(folder, record.RunFile))
	return err != nil
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
// committed. Who looks next seals it. Without a repository it is in its place
// already.
func (p *Project) takeIn(ctx context.Context, start waitingStart) error {
	run, folder := start.describe(), start.folder
	if err := p.goesOn(ctx, run, start.Resume); err != nil {
		run.Warnings = append(run.Warnings, fmt.Sprintf("the run to continue is not recorded: %v", err))
	}
	if err := os.WriteFile(filepath.Join(folder, originName), []byte(p.top), 0o600); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(folder, record.RunFile), record.EncodeRun(run)); err != nil {
		return err
	}
	to := filepath.Join(p.Home(), "runs", start.Run)
	if to != folder {
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := moveFolder(folder, to, nil); err != nil {
			return err
		}
		os.Remove(filepath.Dir(folder)) // where it was the last one
	}
	os.Remove(filepath.Join(to, startName))
	_ = p.link(to) // for people only
	return nil
}

// goesOn finds the run that one goes on from, as it was meant when that
// started: among those that had started before.
func (p *Project) goesOn(ctx context.Context, run *record.Run, ref string) error {
	if ref == "" {
		return nil
	}
	if record.CheckUUID(ref) == nil {
		run.Continues = ref
		return nil
	}
	var found []opener
	back, ok, err := stepsBack(ref)
	if ok {
		found, err = p.nth(ctx, ref, back, err, func(r Row) bool { return r.Started().Before(run.Started) && r.ID() != run.UUID })
	} else {
		found, err = p.resolve(ctx, ref)
	}
	if err != nil {
		return err
	}
	for _, open := range found {
		if r := open(); r.Started().Before(run.Started) && r.ID() != run.UUID {
			run.Continues = r.ID()
			return nil
		}
	}
	return noRun(ref)
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
