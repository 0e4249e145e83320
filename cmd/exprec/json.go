package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/exprec/exprec/recorder"
)

// schema is the version of the JSON form. Fields are added to it, never
// changed or removed.
const schema = 1

// listJSON is what list --json prints.
type listJSON struct {
	Schema int        `json:"schema"`
	Runs   []*runJSON `json:"runs"`
}

// runJSON is a run in list --json, and a line of list --jsonl. Absent strings
// are empty, absent times and numbers null.
type runJSON struct {
	ID          string                `json:"id"`
	Alias       string                `json:"alias"`
	Label       string                `json:"label"`
	Name        string                `json:"name"`
	Title       string                `json:"title"`
	Group       string                `json:"group"`
	Status      string                `json:"status"`
	Started     *moments              `json:"started"`
	Ended       *moments              `json:"ended"`
	Seconds     number64              `json:"seconds"`
	Command     []string              `json:"command"`
	ExitCode    *int                  `json:"exit_code"`
	Error       *string               `json:"error"`
	Host        string                `json:"host"`
	User        string                `json:"user"`
	Git         *gitJSON              `json:"git"`
	Tags        []string              `json:"tags"`
	Archived    bool                  `json:"archived"`
	Description string                `json:"description"`
	Conclusion  string                `json:"conclusion"`
	Parents     []string              `json:"parents"`
	Bytes       int64                 `json:"bytes"`
	Params      map[string]any        `json:"params"`
	Results     map[string]number64   `json:"results"`
	Scalars     map[string]scalarJSON `json:"scalars"`
	// Heard is the last sign of life of a running run, which gives one every
	// 30 s; Elsewhere the host of one whose process cannot be seen from here.
	Heard     *moments `json:"heard,omitempty"`
	Elsewhere string   `json:"elsewhere,omitempty"`
	// Problem says why the run could be read only in part.
	Problem string `json:"problem,omitempty"`
}

type gitJSON struct {
	Commit string `json:"commit"`
	Branch string `json:"branch"`
	Dirty  bool   `json:"dirty"`
}

type scalarJSON struct {
	Count    int64    `json:"count"`
	First    number64 `json:"first"`
	Last     number64 `json:"last"`
	Min      number64 `json:"min"`
	Max      number64 `json:"max"`
	MinStep  int64    `json:"min_step"`
	MaxStep  int64    `json:"max_step"`
	LastStep int64    `json:"last_step"`
	NaN      int64    `json:"nan"`
}

// moments is a time in JSON: RFC 3339, UTC.
type moments time.Time

// MarshalJSON gives the time with as many digits as it has.
func (m moments) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(m).UTC().Format(time.RFC3339Nano))
}

func momentJSON(t time.Time) *moments {
	if t.IsZero() {
		return nil
	}
	return (*moments)(&t)
}

// number64 is a number in JSON, which has no word for those that are not
// finite: they become "NaN", "Infinity" and "-Infinity".
type number64 float64

// MarshalJSON gives a number, or a string for what is not finite.
func (n number64) MarshalJSON() ([]byte, error) {
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

// encode writes v as JSON on a screen. What a terminal could take for a
// command is escaped as JSON does, so it may be looked at as it is.
func encode(s *screen, v any, indent string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	s.raw(escapeJSON(b.Bytes()))
	return s.err
}

// escapeJSON escapes dangerous characters of JSON text. They can only stand
// in strings, so any may be replaced.
func escapeJSON(b []byte) []byte {
	if harmless(string(b)) {
		return b
	}
	safe := make([]byte, 0, len(b)+len(b)/8)
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == '\n' || r == '\t' || !dangerous(r):
			safe = append(safe, b[i:i+n]...)
		case r > 0xffff:
			high, low := surrogates(r)
			safe = fmt.Appendf(safe, `\u%04x\u%04x`, high, low)
		default:
			safe = fmt.Appendf(safe, `\u%04x`, r)
		}
		i += n
	}
	return safe
}

// surrogates splits a character as JSON's escapes want it.
func surrogates(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// jsonValue makes a parameter fit for JSON.
func jsonValue(v any) any {
	switch v := v.(type) {
	case float64:
		return number64(v)
	case float32:
		return jsonFloat32(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = jsonValue(v[i])
		}
		return list
	case map[string]any:
		return jsonMap(v)
	}
	return v
}

// jsonFloat32 keeps the few digits that a float32 has.
func jsonFloat32(v float32) any {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return number64(f)
	}
	return v
}

func jsonMap(m map[string]any) map[string]any {
	fit := make(map[string]any, len(m))
	for name, v := range m {
		fit[name] = jsonValue(v)
	}
	return fit
}

// jsonRun gives a run that was opened as list --json shows it. Parts that cannot
// be read are left empty; what is wrong is in Problem.
func jsonRun(r *recorder.Run) *runJSON {
	info := r.Info()
	j := &runJSON{
		ID: r.ID(), Alias: info.Alias, Label: r.Label(), Name: info.Name, Title: r.Title(), Group: info.Group,
		Status: string(r.Status()), Started: momentJSON(r.Started()), Ended: momentJSON(r.Ended()),
		Seconds: number64(r.Seconds()), Command: list(info.Command), ExitCode: info.ExitCode,
		Host: info.Host.Name, User: info.User, Tags: list(r.Tags()), Archived: r.Archived(),
		Description: r.Description(), Conclusion: r.Conclusion(), Parents: []string{}, Bytes: r.Bytes(),
	}
	for _, parent := range info.Parents {
		j.Parents = append(j.Parents, parent.UUID)
	}
	j.fillSigns(r)
	j.fillEnd(info.Error, info.Git)
	params, err := r.Params()
	if err != nil {
		params = nil
	}
	scalars, more := r.Scalars()
	j.fillValues(params, r.Results(), scalars)
	for _, problem := range []error{r.Err(), err, more} {
		if problem != nil {
			j.Problem = problem.Error()
			break
		}
	}
	return j
}

// jsonRow gives the same of a run in a list.
func jsonRow(r recorder.Row) *runJSON {
	j := &runJSON{
		ID: r.ID(), Alias: r.Alias(), Label: r.Label(), Name: r.Name(), Title: r.Title(), Group: r.Group(),
		Status: string(r.Status()), Started: momentJSON(r.Started()), Ended: momentJSON(r.Ended()),
		Seconds: number64(r.Seconds()), Command: list(r.Command()), ExitCode: r.ExitCode(),
		Host: r.Host(), User: r.User(), Tags: list(r.Tags()), Archived: r.Archived(),
		Description: r.Description(), Conclusion: r.Conclusion(), Parents: list(r.Parents()), Bytes: r.Bytes(),
	}
	if r.Status() == recorder.Running {
		j.fillSigns(r.Run())
	}
	j.fillEnd(r.Failure(), r.Git())
	j.fillValues(r.Params(), r.Results(), r.Scalars())
	if problem := r.Err(); problem != nil {
		j.Problem = problem.Error()
	}
	return j
}

// fillSigns adds the signs of life of a run that goes on.
func (j *runJSON) fillSigns(r *recorder.Run) {
	if r.Status() == recorder.Running {
		j.Heard, j.Elsewhere = momentJSON(r.LastHeard()), r.Elsewhere()
	}
}

func (j *runJSON) fillEnd(failure *recorder.Failure, git *recorder.Git) {
	if failure != nil {
		j.Error = &failure.Message
	}
	if git != nil {
		j.Git = &gitJSON{Commit: git.Commit, Branch: git.Branch, Dirty: git.Dirty}
	}
}

func (j *runJSON) fillValues(params map[string]any, results []recorder.Result, scalars []recorder.ScalarSummary) {
	j.Params, j.Results, j.Scalars = jsonMap(params), map[string]number64{}, map[string]scalarJSON{}
	for _, result := range results {
		j.Results[result.Name] = number64(result.Value)
	}
	for _, s := range scalars {
		j.Scalars[s.Name] = jsonScalar(s)
	}
}

func jsonScalar(s recorder.ScalarSummary) scalarJSON {
	return scalarJSON{
		Count: s.Count, First: number64(s.First), Last: number64(s.Last),
		Min: number64(s.Min), Max: number64(s.Max),
		MinStep: s.MinStep, MaxStep: s.MaxStep, LastStep: s.LastStep, NaN: s.NaN,
	}
}

// list is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
