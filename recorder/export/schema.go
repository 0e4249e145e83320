package export

import (
	"encoding/json"
	"math"
	"time"
)

// Schema is the version of the JSON form. Fields are added to it, never
// changed or removed.
const Schema = 1

// List is what list --json prints.
type List struct {
	Schema int    `json:"schema"`
	Runs   []*Run `json:"runs"`
}

// Run is a run in list --json, and a line of list --jsonl. Absent strings
// are empty, absent times and numbers null.
type Run struct {
	ID          string            `json:"id"`
	Alias       string            `json:"alias"`
	Label       string            `json:"label"`
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Group       string            `json:"group"`
	Status      string            `json:"status"`
	Started     *Moment           `json:"started"`
	Ended       *Moment           `json:"ended"`
	Seconds     Number            `json:"seconds"`
	Command     []string          `json:"command"`
	ExitCode    *int              `json:"exit_code"`
	Error       *string           `json:"error"`
	Host        string            `json:"host"`
	User        string            `json:"user"`
	Author      string            `json:"author"`
	Git         *Git              `json:"git"`
	Tags        []string          `json:"tags"`
	Archived    bool              `json:"archived"`
	Description string            `json:"description"`
	Conclusion  string            `json:"conclusion"`
	Parents     []string          `json:"parents"`
	Bytes       int64             `json:"bytes"`
	Params      map[string]any    `json:"params"`
	Results     map[string]Number `json:"results"`
	Scalars     map[string]Scalar `json:"scalars"`
	// Heard is the last sign of life of a running run, which gives one every
	// 30 s; Elsewhere the host of one whose process cannot be seen from here.
	Heard     *Moment `json:"heard,omitempty"`
	Elsewhere string  `json:"elsewhere,omitempty"`
	// Remotes have the run, as they were when they were last pushed to or fetched
	// from; From is where it was fetched from, at Fetched.
	Remotes []Remote `json:"remotes"`
	From    string   `json:"from,omitempty"`
	Fetched *Moment  `json:"fetched,omitempty"`
	// Light: the content of the run is on Remote, and only what lists need is here.
	Light  bool   `json:"light,omitempty"`
	Remote string `json:"remote,omitempty"`
	// Problem says why the run could be read only in part.
	Problem string `json:"problem,omitempty"`
}

// Remote is a remote that has a run: as it is here, or in another state.
type Remote struct {
	Name string `json:"name"`
	Same bool   `json:"same"`
}

// Git is the state of the user's own repository at the start.
type Git struct {
	Commit string `json:"commit"`
	Branch string `json:"branch"`
	Dirty  bool   `json:"dirty"`
}

// Scalar is the summary of a scalar.
type Scalar struct {
	Count    int64  `json:"count"`
	First    Number `json:"first"`
	Last     Number `json:"last"`
	Min      Number `json:"min"`
	Max      Number `json:"max"`
	MinStep  int64  `json:"min_step"`
	MaxStep  int64  `json:"max_step"`
	LastStep int64  `json:"last_step"`
	NaN      int64  `json:"nan"`
}

// Moment is a time in JSON: RFC 3339, UTC.
type Moment time.Time

// MarshalJSON gives the time with as many digits as it has.
func (m Moment) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(m).UTC().Format(time.RFC3339Nano))
}

// MomentOf is a time, nil where there is none.
func MomentOf(t time.Time) *Moment {
	if t.IsZero() {
		return nil
	}
	return (*Moment)(&t)
}

// Number is a number in JSON, which has no word for those that are not
// finite: they become "NaN", "Infinity" and "-Infinity".
type Number float64

// MarshalJSON gives a number, or a string for what is not finite.
func (n Number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte(`"NaN"`), nil
	case math.IsInf(v, 1):
		return []byte(`"Infinity"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Infinity"`), nil
	default:
		return json.Marshal(v)
	}
}
