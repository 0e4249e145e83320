package recorder

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// The environment by which several processes share one run.
const (
	envRun = "EXPREC_RUN" // the run's UUID
	envDir = "EXPREC_DIR" // its folder

	envJournal = "EXPREC_JOURNAL" // where a shell appends lines; another process's in what it starts
)

// errSealed: the run to join has ended.
var errSealed = errors.New("the run has been sealed")

// invited reads the environment's invitation to join a run.
func invited() (folder, id string, ok bool) {
	id, folder = os.Getenv(envRun), os.Getenv(envDir)
	return folder, id, record.CheckUUID(id) == nil && filepath.IsAbs(folder) && filepath.Base(folder) == id
}

// join makes this process one of the writers of a run that another process
// started. The error is errSealed when that run has ended already.
func join(o Options, folder, id string) (*Experiment, error) {
	top, err := os.ReadFile(filepath.Join(folder, originName))
	if errors.Is(err, fs.ErrNotExist) { // only that of a sealed run goes
		return nil, errSealed
	}
	if err != nil {
		return nil, fmt.Errorf("join the run %s: %w", shortID(id), err)
	}
	p, err := Open(string(top))
	if err != nil {
		return nil, err
	}
	e, err := attach(o, p, folder, id)
	if errors.Is(err, journal.ErrSealed) || errors.Is(err, journal.ErrLocked) {
		return nil, oneLine(errSealed, p.Close())
	}
	if err != nil {
		return nil, oneLine(err, p.Close())
	}
	e.joined = true
	e.catchCrash("crash-" + strings.TrimSuffix(filepath.Base(e.journal.Path()), ".bin") + ".txt")
	run, err := e.project.readStart(e.uuid, e.folder)
	if err != nil {
		e.fail(fmt.Errorf("the run that was joined has no readable start: %w", err))
		run = &record.Run{UUID: id, Alias: record.Alias(id), Started: time.Now()}
	}
	e.fill(run)
	e.label = run.Label()
	e.watch()
	e.sampleJoined(run)
	return e, nil
}

// fill adds to a joined run what this process's options say and the run's start
// does not.
func (e *Experiment) fill(run *record.Run) {
	wanted := e.wanted()
	if run.Title != "" {
		wanted.Title = ""
	}
	if run.Name != "" {
		wanted.Name = ""
	}
	if run.Group != "" {
		wanted.Group = ""
	}
	if run.Steps != 0 {
		wanted.Steps = 0
	}
	if reflect.ValueOf(wanted).IsZero() {
		return
	}
	e.append(journal.Meta, record.EncodeMetaFrame(wanted))
	run.Title, run.Name = cmp.Or(run.Title, wanted.Title), cmp.Or(run.Name, wanted.Name)
}

// rank is this process's place in a distributed job, 0 where there is none.
func rank() int {
	for _, name := range []string{"RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"} {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
			return n
		}
	}
	return 0
}
