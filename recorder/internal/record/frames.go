package record

import "time"

// The payloads of the journal's frames, apart from scalars, which have a
// binary form of their own. Each is a msgpack map with the keys in brackets.

// ParameterFrame sets a parameter; the last value of a name wins.
type ParameterFrame struct {
	Name  string // [name]
	Value any    // [value] as allowed by EncodeParams
}

// ResultFrame sets a result; the last value of a name wins.
type ResultFrame struct {
	Name  string  // [name]
	Value float64 // [value]
}

// GoalFrame declares what is better; the first goal of a name stays.
type GoalFrame struct {
	Name string // [name]
	Goal Goal   // [goal]
}

// ImageFrame says that an image was written to File.
type ImageFrame struct {
	Name   string // [name] as the user gave it
	Step   int64  // [step]
	File   string // [file] below images/: <encoded name>/<step>.<png|jpg|gif|webp>
	Width  int    // [w] pixels
	Height int    // [h] pixels
	Size   int64  // [size] bytes
}

// InputFrame names data that the run read.
type InputFrame struct {
	Input // [name path size sha256]
}

// ParentFrame says that a file of another run was read.
type ParentFrame struct {
	UUID string // [uuid]
	File string // [file]
}

// MetaFrame changes a field of the run itself; empty fields leave it alone.
type MetaFrame struct {
	Title string   // [title]
	Group string   // [group]
	Steps int64    // [steps]
	Name  string   // [name]
	Tags  []string // [tags] added to those there are
}

// MarkFrame says that output of a stream up to Offset had been written at the
// frame's time.
type MarkFrame struct {
	Stream uint8 // [stream] 1 stdout, 2 stderr
	Offset int64 // [offset] bytes of the stream
}

// WatchFrame begins the journal of a process that looks at the program from
// outside: its end tells how the program's process ended, and its silence
// tells nothing.
type WatchFrame struct {
	PID int    // [pid] of the process that is watched, 0 before it is started
	By  string // [by] "exprec run" or "output"
}

// FactsFrame holds what was found out after the start; empty fields leave the
// run's alone.
type FactsFrame struct {
	Runtime    string      // [runtime]
	Executable *Executable // [executable]
	Packages   int         // [packages] lines of packages.txt
	GPUs       []GPU       // [gpus]
}

// WarningFrame keeps what the recorder had to say.
type WarningFrame struct {
	Text string // [text]
}

// FailureFrame keeps an error: that of Fail, or the one that ended the run.
type FailureFrame struct {
	Failure // [type message stack fingerprint]
}

// EndFrame is a process's last word.
type EndFrame struct {
	Status   Status    // [status]
	ExitCode *int      // [exit]
	Signal   string    // [signal]
	Time     time.Time // [time]
	Dropped  uint64    // [dropped]
}
