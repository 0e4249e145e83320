package main

import (
	"context"
	"errors"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
)

// showJSON is what show --json prints: a run as list --json has it, and more.
type showJSON struct {
	Schema int `json:"schema"`
	*export.Run
	Directory string       `json:"directory"`
	Runtime   string       `json:"runtime"`
	Machine   machineJSON  `json:"machine"`
	Signal    string       `json:"signal"`
	Recovered bool         `json:"recovered"`
	Failure   *failureJSON `json:"failure"`
	Steps     int64        `json:"steps"`
	Continues string       `json:"continues"`
	RerunOf   string       `json:"rerun_of"`
	Goals     []goalJSON   `json:"goals"`
	Inputs    []inputJSON  `json:"inputs"`
	Images    []imageJSON  `json:"images"`
	Files     []fileJSON   `json:"files"`
	Source    *sourceJSON  `json:"source"`
	Packages  int          `json:"packages"`
	Dropped   uint64       `json:"dropped"`
	Warnings  []string     `json:"warnings"`
	Commit    string       `json:"commit"`
	// Words of notes that lost against others written at the same time.
	Earlier []earlierJSON `json:"earlier"`
	// Who said what about the run, and when; and its records where it has several.
	Said    []sayingJSON `json:"said"`
	Records []recordJSON `json:"records"`

	Environment map[string]string        `json:"environment"`
	Output      []outputJSON             `json:"output"`
	OutputOf    string                   `json:"output_of"`
	ContinuedBy []string                 `json:"continued_by"`
	System      map[string]export.Scalar `json:"system"`
}

type earlierJSON struct {
	Field string         `json:"field"`
	Text  string         `json:"text"`
	Time  *export.Moment `json:"time"`
}

type machineJSON struct {
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	CPUs   int    `json:"cpus"`
	CPU    string `json:"cpu"`
	Memory uint64 `json:"memory"`

	GPUs []gpuJSON `json:"gpus"`
}

type gpuJSON struct {
	Name   string `json:"name"`
	Memory uint64 `json:"memory"`
	Driver string `json:"driver"`
}

// outputJSON is what is kept of a stream that something was printed on: from
// cut_at so many bytes, cut, are left out.
type outputJSON struct {
	Stream string `json:"stream"`
	Bytes  int64  `json:"bytes"`
	CutAt  int64  `json:"cut_at"`
	Cut    int64  `json:"cut"`
}

type failureJSON struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Stack   string `json:"stack"`

	// Fingerprint is equal for errors of the same kind and place.
	Fingerprint string `json:"fingerprint"`
}

type goalJSON struct {
	Name string `json:"name"`
	Goal string `json:"goal"`
}

type inputJSON struct {
	Name   string `json:"name"`
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

type imageJSON struct {
	Name string `json:"name"`
	Step int64  `json:"step"`
	Path string `json:"path"`
}

type fileJSON struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

type sourceJSON struct {
	Files       int           `json:"files"`
	Bytes       int64         `json:"bytes"`
	LeftOut     []leftOutJSON `json:"left_out"`
	MoreLeftOut int           `json:"more_left_out"`
	Notes       []string      `json:"notes"`
	MayDiffer   string        `json:"may_differ"`
}

type leftOutJSON struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	Reason string `json:"reason"`
}

func jsonShow(ctx context.Context, p *recorder.Project, r *recorder.Run) *showJSON {
	info := r.Info()
	h := info.Host
	j := &showJSON{
		Schema: export.Schema, Run: export.OfRun(r), Directory: info.Directory, Runtime: info.Runtime,
		Machine: machineJSON{h.OS, h.Arch, h.CPUs, h.CPU, h.Memory, []gpuJSON{}},
		Signal:  info.Signal, Recovered: info.Recovered, Steps: info.Steps, Continues: info.Continues, RerunOf: info.RerunOf,
		Goals: []goalJSON{}, Inputs: []inputJSON{}, Images: []imageJSON{}, Files: []fileJSON{}, Earlier: []earlierJSON{},
		Said: jsonSaid(r), Records: jsonRecords(r),
		Source: jsonSource(info), Packages: info.Packages, Dropped: info.Dropped, Warnings: list(info.Warnings),
		Environment: map[string]string{}, Output: []outputJSON{}, OutputOf: info.OutputOf, ContinuedBy: []string{}, System: map[string]export.Scalar{},
	}
	if e := info.Error; e != nil {
		j.Failure = &failureJSON{e.Type, e.Message, e.Stack, e.Fingerprint}
	}
	if commit := r.Commit(); !commit.IsZero() {
		j.Commit = commit.String()
	}
	for _, g := range info.Goals {
		j.Goals = append(j.Goals, goalJSON{g.Name, map[recorder.Goal]string{recorder.Maximize: "maximize", recorder.Minimize: "minimize"}[g.Goal]})
	}
	for _, in := range info.Inputs {
		j.Inputs = append(j.Inputs, inputJSON{in.Name, in.Path, in.Size, in.SHA256})
	}
	for _, e := range r.Earlier() {
		j.Earlier = append(j.Earlier, earlierJSON{e.Field, e.Text, export.MomentOf(e.Time)})
	}
	for _, g := range h.GPUs {
		j.Machine.GPUs = append(j.Machine.GPUs, gpuJSON{g.Name, g.Memory, g.Driver})
	}
	for _, v := range info.Environment {
		j.Environment[v.Name] = v.Value
	}
	for _, later := range continuations(ctx, p, r) {
		j.ContinuedBy = append(j.ContinuedBy, later.ID())
	}
	j.fillShow(r)
	return j
}

// fillShow adds what lies in other files of the run than run.msgpack.
func (j *showJSON) fillShow(r *recorder.Run) {
	images, imagesErr := r.Images()
	for _, i := range images {
		j.Images = append(j.Images, imageJSON{i.Name, i.Step, "images/" + i.File})
	}
	files, filesErr := listFiles(r.Files())
	for _, f := range files {
		j.Files = append(j.Files, fileJSON{f.path, f.size})
	}
	figures, systemErr := r.System()
	for _, f := range figures {
		j.System[f.Name] = export.OfScalar(f)
	}
	outputErr := j.fillOutput(r)
	if err := errors.Join(imagesErr, filesErr, systemErr, outputErr); err != nil && j.Problem == "" {
		j.Problem = err.Error()
	}
}

func (j *showJSON) fillOutput(r *recorder.Run) error {
	for _, stream := range []string{"stdout", "stderr"} {
		o, err := r.Output(stream)
		if err != nil {
			return err
		}
		if o.Size > 0 {
			j.Output = append(j.Output, outputJSON{o.Stream, o.Size, o.CutAt, o.Cut})
		}
	}
	return nil
}

func jsonSource(info *recorder.Info) *sourceJSON {
	s := info.Source
	if s == nil {
		return nil
	}
	j := &sourceJSON{Files: s.Files, Bytes: s.Bytes, LeftOut: []leftOutJSON{}, MoreLeftOut: s.More, Notes: list(s.Notes)}
	for _, l := range s.LeftOut {
		j.LeftOut = append(j.LeftOut, leftOutJSON{l.Path, l.Size, l.Reason})
	}
	if info.Executable != nil {
		j.MayDiffer = info.Executable.SourceMayDiffer
	}
	return j
}
