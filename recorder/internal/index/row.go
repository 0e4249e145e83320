package index

import (
	"bytes"
	"math"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Absent is the time or number that is not there, of those that may be.
const Absent = math.MinInt64

// Key names a row: a run's UUID and the commit that its ref pointed to.
type Key struct {
	ID  [16]byte
	Tip [20]byte
}

// Compare orders keys by id, then by commit.
func (k Key) Compare(o Key) int {
	if c := bytes.Compare(k.ID[:], o.ID[:]); c != 0 {
		return c
	}
	return bytes.Compare(k.Tip[:], o.Tip[:])
}

// The flags of a row.
const (
	Archived = 1 << iota
	Deleted
	Dirty
	InGit // the user's own commit is known
	Recovered
	HasImage
	HasFile
	HasOutput
	HasSource
	HasInput
	HasPackage
	HasNote
)

// Row is what a list knows of a run.
type Row struct {
	Key

	Status                               string
	Alias, Name, Title, Group            string // Title is the one that counts, as edited
	Description, Conclusion              string
	Host, User, Author                   string
	Directory, Runtime                   string
	Commit, Branch                       string
	ErrorType, Error, Fingerprint        string
	Signal, Continues, RerunOf, Snapshot string // Snapshot is the tree of source/, as raw bytes

	Tags, Command, Parents []string

	Started, Ended int64 // nanoseconds since 1970, or Absent
	Exit           int64 // exit code, or Absent
	Rank, Steps    int64
	Bytes          int64 // of source, images and files
	Flags          int64

	Params  []byte // params.msgpack
	Results []record.Result
	Goals   []record.NamedGoal
	Scalars []record.ScalarSummary // without their previews and places
}

// The names of the columns of texts, numbers and lists, in the order of the
// functions below.
var (
	textNames = []string{"status", "alias", "name", "title", "group", "description", "conclusion", "host", "user", "author", "directory",
		"runtime", "commit", "branch", "error_type", "error", "fingerprint", "signal", "continues", "rerun_of", "snapshot"}
	listNames   = []string{"tags", "command", "parents"}
	numberNames = []string{"started", "ended", "exit", "rank", "steps", "bytes", "flags"}
	numberZeros = []int64{Absent, Absent, Absent, 0, 0, 0, 0} // what is not written
)

func (r *Row) texts() []*string {
	return []*string{&r.Status, &r.Alias, &r.Name, &r.Title, &r.Group, &r.Description, &r.Conclusion, &r.Host, &r.User, &r.Author, &r.Directory,
		&r.Runtime, &r.Commit, &r.Branch, &r.ErrorType, &r.Error, &r.Fingerprint, &r.Signal, &r.Continues, &r.RerunOf, &r.Snapshot}
}

func (r *Row) lists() []*[]string { return []*[]string{&r.Tags, &r.Command, &r.Parents} }

func (r *Row) numbers() []*int64 {
	return []*int64{&r.Started, &r.Ended, &r.Exit, &r.Rank, &r.Steps, &r.Bytes, &r.Flags}
}
