package record

import "time"

// Format is the version of the written form that this code writes. A run that
// carries a greater one is refused with [ErrNewer].
const Format = 1

// Status says how a run stands or how it ended.
type Status string

// The statuses of a run. A record in git is sealed with one of the last four.
const (
	Running   Status = "running"   // its process lives
	Succeeded Status = "succeeded" // it returned
	Failed    Status = "failed"    // error, panic or a non-zero exit code
	Stopped   Status = "stopped"   // SIGINT, SIGTERM, SIGHUP or an error the caller asked to ignore
	Lost      Status = "lost"      // its process died without a word
)

// Final reports whether a run with this status is sealed.
func (s Status) Final() bool {
	return s == Succeeded || s == Failed || s == Stopped || s == Lost
}

// Goal says which direction of a scalar or result is better.
type Goal int8

// The goals. NoGoal leaves the direction to configuration and names.
const (
	NoGoal   Goal = 0
	Maximize Goal = 1
	Minimize Goal = -1
)

// Run is the content of run.msgpack: who, what, when, where, and how it ended.
// Times are UTC with nanoseconds; a zero time is absent.
type Run struct {
	Format int
	UUID   string // version 4, lower case, 36 characters
	Alias  string // two words drawn from the UUID
	Name   string
	Title  string
	Group  string
	Tags   []string
	Status Status

	Started   time.Time
	Ended     time.Time
	Error     *Failure
	ExitCode  *int
	Signal    string // SIGINT, SIGTERM, …: what stopped it
	Recovered bool   // sealed by another process than its own

	Command    []string // as it ran, secrets masked
	Directory  string   // where it ran, relative to the project's top, slash separated
	Executable *Executable
	Runtime    string // such as "go1.26.8"
	Packages   int    // lines of packages.txt
	Host       Host
	User       string // of the system
	Author     string // from git's user.name; empty where nobody said
	Process    Process
	Git        *Git

	Steps     int64 // planned, 0 unknown
	Rank      int
	Continues string // UUID of the run this one goes on from
	RerunOf   string
	Parents   []Parent // runs whose files were read
	Inputs    []Input

	Environment []Variable // sorted by name
	Outputs     []Output   // of the streams that something was written to
	OutputOf    string     // UUID of the run of the same process that holds the output of both

	Results []Result     // in the order they were first set
	Goals   []NamedGoal  // in the order they were declared: the first is the main metric
	Source  *Source      // nil when the source was not kept
	Large   []LargeFile  // files/… that are Git LFS pointers in the tree
	Journal []JournalSum // what the record was made from

	Dropped  uint64   // values lost to a full disk
	Warnings []string // said to the user while it ran

	// Unknown holds fields of a later minor version, their values as raw
	// msgpack. They are written back. The structs below keep theirs likewise,
	// out of sight.
	Unknown map[string][]byte
}

// Failure is the error that ended a run.
type Failure struct {
	Type        string // such as "*fs.PathError" or "panic"
	Message     string
	Stack       string
	Fingerprint string // equal for errors of the same kind and place

	unknown string
}

// Executable is the program that ran, of a script its interpreter.
type Executable struct {
	Path     string // as started
	SHA256   string // lower-case hex
	Modified time.Time
	Revision string // vcs.revision of its build
	Changed  bool   // vcs.modified of its build
	// SourceMayDiffer says why the source that was kept may not be the source
	// that was built; empty when nothing speaks for it.
	SourceMayDiffer string

	unknown string
}

// Host is the machine a run ran on.
type Host struct {
	Name   string
	OS     string
	Arch   string
	CPUs   int
	CPU    string
	Memory uint64 // bytes
	GPUs   []GPU

	unknown string
}

// GPU is a graphics processor of the host.
type GPU struct {
	Name   string
	Memory uint64 // bytes
	Driver string // its version

	unknown string
}

// Variable is one of the environment: only those of a list are kept.
type Variable struct {
	Name  string
	Value string

	unknown string
}

// Output describes what is kept of what the program printed on a stream.
type Output struct {
	Stream string // "stdout" or "stderr"
	Size   int64  // bytes that were written
	CutAt  int64  // where the middle was left out
	Cut    int64  // how many bytes were

	unknown string
}

// Process identifies the process that started the run.
type Process struct {
	PID          int
	MachineID    string
	BootID       string
	PIDNamespace string

	unknown string
}

// Git is the state of the user's own repository at the start.
type Git struct {
	Commit string // full hex, empty before the first commit
	Branch string // empty when HEAD is detached
	Dirty  bool   // the source differs from Commit
	Remote string // URL of the branch's remote without credentials

	unknown string
}

// Parent is a run whose files this one read.
type Parent struct {
	UUID  string
	Files []string

	unknown string
}

// Input is data that a run read: its identity, never its bytes.
type Input struct {
	Name   string
	Path   string
	Size   int64
	SHA256 string // lower-case hex

	unknown string
}

// Result is a value without a step.
type Result struct {
	Name  string
	Value float64

	unknown string
}

// NamedGoal is the goal declared for a scalar or a result.
type NamedGoal struct {
	Name string
	Goal Goal

	unknown string
}

// Source describes the snapshot in source/.
type Source struct {
	Files   int
	Bytes   int64
	LeftOut []LeftOut
	More    int         // left out beyond those named
	Notes   []string    // dirty submodules, unreadable files, …
	Large   []LargeFile // source/… that are Git LFS pointers in the tree

	unknown string
}

// LeftOut is a file that the snapshot does not hold, and why.
type LeftOut struct {
	Path   string
	Size   int64
	Reason string

	unknown string
}

// LargeFile is a file whose content lives in the LFS store.
type LargeFile struct {
	Path string // below files/ or source/
	Size int64

	unknown string
}

// JournalSum identifies a journal that went into the record, so that
// recovering an equal one does nothing and a longer one is noticed.
type JournalSum struct {
	Name   string // file name below journal/
	Length int64  // bytes of valid data
	SHA256 string // lower-case hex of those bytes

	unknown string
}
