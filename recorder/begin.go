package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/jsonl"
	"github.com/exprec/exprec/recorder/internal/record"
)

// begunBy is what the journal of a supervisor says of itself whose program
// called exprec begin.
const begunBy = "exprec begin"

// A Beginning is what a program in another language asks for, which is
// recorded by a supervisor beside it.
type Beginning struct {
	Options
	PID  int      // of the program
	Args []string // its command as it is recorded; none: as the system knows it
	// NoArguments takes no parameters from Args. Else they are as those of a
	// [Command]: what the program says of a name counts more.
	NoArguments bool
	// Stdout is this process's descriptor that is the program's stdout; its
	// stderr is this process's. Below 0 the output is not recorded.
	Stdout int
	// Journal is whether a journal is begun for the program, to which it appends
	// lines.
	Journal bool
}

// Begun is a run as its program has to know it.
type Begun struct {
	Off        bool   `json:"off,omitempty"`    // nothing is recorded, because that is switched off
	ID         string `json:"id,omitempty"`     // the run's UUID
	Dir        string `json:"dir,omitempty"`    // its folder
	Alias      string `json:"alias,omitempty"`  // two words
	Label      string `json:"label,omitempty"`  // what it is called
	Top        string `json:"top,omitempty"`    // of the project
	Joined     bool   `json:"joined,omitempty"` // it is another program's run: that ends it
	Supervisor int    `json:"supervisor"`       // id of the process that records the run, 0 where joined
	Output     bool   `json:"output"`           // the FIFOs stdout and stderr are there
	World      *World `json:"world,omitempty"`  // for the journals' first lines
	Journal    string `json:"-"`                // of JSON Lines, with its first line, where one was asked for
}

// World is where a process runs, as the first line of a journal says it.
type World struct {
	Host         string `json:"host"`
	MachineID    string `json:"machine_id"`
	BootID       string `json:"boot_id"`
	PIDNamespace string `json:"pid_namespace"`
}

// Environ is what the environment of the program needs so that it, and what it
// starts, finds the run: NAME, value pairs.
func (b *Begun) Environ() [][2]string {
	pairs := [][2]string{{envRun, b.ID}, {envDir, b.Dir}}
	if b.Journal != "" {
		pairs = append(pairs, [2]string{envJournal, b.Journal})
	}
	return pairs
}

// Begin begins the run of a program that has started this process, and leaves
// a supervisor behind that records it. Where the environment names a run that
// goes on the program joins that. The source is in git when it returns.
func Begin(b Beginning) (*Begun, error) {
	if b.Off() {
		return &Begun{Off: true}, nil
	}
	begun, err := b.begin()
	if err != nil || !b.Journal {
		return begun, err
	}
	h := headerOf(begun.ID, b.PID, time.Now())
	h.ProcessStart = journal.ProcessStart(b.PID)
	w, err := jsonl.Create(filepath.Join(begun.Dir, journalName), h)
	if err != nil {
		return nil, fmt.Errorf("begin a journal: %w", err)
	}
	begun.Journal = w.Path()
	return begun, w.Close()
}

func (b Beginning) begin() (*Begun, error) {
	if folder, id, ok := invited(); ok {
		switch {
		case goesOn(folder):
			return joinBegun(folder, id)
		case journal.IsSealed(filepath.Join(folder, lockName)):
			b.Continue = id
		}
	}
	return startSupervisor(b)
}

// goesOn reports whether a run can be joined.
func goesOn(folder string) bool {
	w := &witness{here: journal.Here()}
	status, _ := w.standing(folder)
	return status == Running && !journal.IsSealed(filepath.Join(folder, lockName))
}

// joinBegun describes the run that the program joins.
func joinBegun(folder, id string) (*Begun, error) {
	top, err := os.ReadFile(filepath.Join(folder, originName))
	if err != nil {
		return nil, fmt.Errorf("join the run %s: %w", shortID(id), err)
	}
	b := describeBegun(id, folder, string(top))
	b.Joined, b.Label = true, b.Alias
	p, err := Open(string(top))
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if run, err := p.readStart(id, folder); err == nil {
		b.Label = run.Label()
	}
	return b, nil
}

func describeBegun(id, folder, top string) *Begun {
	here := journal.Here()
	return &Begun{
		ID: id, Dir: folder, Alias: record.Alias(id), Top: top,
		World: &World{Host: here.Host, MachineID: here.MachineID, BootID: here.BootID, PIDNamespace: here.PIDNamespace},
	}
}
