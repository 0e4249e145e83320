package record

import "fmt"

// EncodeRun gives the bytes of run.msgpack. A zero Format is written as the
// one this code writes.
func EncodeRun(run *Run) []byte {
	if run.Format == 0 {
		copied := *run
		copied.Format = Format
		run = &copied
	}
	return writeStruct(run, runFields)
}

// DecodeRun reads run.msgpack. The run is not nil where its UUID could be
// read: of a later major version it holds what is still understood, and the
// error is [ErrNewer].
func DecodeRun(data []byte) (*Run, error) {
	run := &Run{}
	newer, err := readVersioned(data, &run.Format, run, runFields)
	switch {
	case err != nil:
		err = fmt.Errorf("run.msgpack: %w", err)
	case newer:
		err = fmt.Errorf("run.msgpack has format %d: %w", run.Format, ErrNewer)
	default:
		err = validRun(run)
	}
	if CheckUUID(run.UUID) != nil {
		run = nil
	}
	return run, err
}

func validRun(run *Run) error {
	if err := CheckUUID(run.UUID); err != nil {
		return fmt.Errorf("run.msgpack: %w", corrupt("%q is not a UUID of version 4", run.UUID))
	}
	if run.Status != Running && !run.Status.Final() {
		return fmt.Errorf("run.msgpack: %w", corrupt("no version has the status %q", run.Status))
	}
	return nil
}

func runFields(c *coder, r *Run) {
	c.format(&r.Format)
	c.string("uuid", &r.UUID)
	c.string("alias", &r.Alias)
	c.string("name", &r.Name)
	c.string("title", &r.Title)
	c.string("group", &r.Group)
	c.strings("tags", &r.Tags)
	c.string("status", (*string)(&r.Status))
	endFields(c, r)
	placeFields(c, r)
	c.int64("steps", &r.Steps)
	c.int("rank", &r.Rank)
	c.string("continues", &r.Continues)
	c.string("rerun_of", &r.RerunOf)
	structs(c, "parents", &r.Parents, parentFields)
	structs(c, "inputs", &r.Inputs, inputFields)
	structs(c, "results", &r.Results, resultFields)
	structs(c, "goals", &r.Goals, namedGoalFields)
	optional(c, "source", &r.Source, sourceFields)
	structs(c, "large", &r.Large, largeFields)
	structs(c, "journals", &r.Journal, journalFields)
	c.uint64("dropped", &r.Dropped)
	c.strings("warnings", &r.Warnings)
	structs(c, "environment", &r.Environment, variableFields)
	structs(c, "output", &r.Outputs, outputFields)
	c.string("output_of", &r.OutputOf)
	c.unknownMap(&r.Unknown)
}

// endFields are when it ran and how it ended.
func endFields(c *coder, r *Run) {
	c.time("started", &r.Started)
	c.time("ended", &r.Ended)
	optional(c, "error", &r.Error, failureFields)
	c.present("exit_code", &r.ExitCode)
	c.string("signal", &r.Signal)
	c.bool("recovered", &r.Recovered)
}

// placeFields are where and as what it ran.
func placeFields(c *coder, r *Run) {
	c.strings("command", &r.Command)
	c.string("directory", &r.Directory)
	optional(c, "executable", &r.Executable, executableFields)
	c.string("runtime", &r.Runtime)
	c.int("packages", &r.Packages)
	nested(c, "host", &r.Host, hostFields)
	c.string("user", &r.User)
	c.string("author", &r.Author)
	nested(c, "process", &r.Process, processFields)
	optional(c, "git", &r.Git, gitFields)
}

func failureFields(c *coder, f *Failure) {
	c.string("type", &f.Type)
	c.string("message", &f.Message)
	c.string("stack", &f.Stack)
	c.string("fingerprint", &f.Fingerprint)
	c.unknown(&f.unknown)
}

func executableFields(c *coder, e *Executable) {
	c.string("path", &e.Path)
	c.string("sha256", &e.SHA256)
	c.time("modified", &e.Modified)
	c.string("revision", &e.Revision)
	c.bool("changed", &e.Changed)
	c.string("source_may_differ", &e.SourceMayDiffer)
	c.unknown(&e.unknown)
}

func hostFields(c *coder, h *Host) {
	c.string("name", &h.Name)
	c.string("os", &h.OS)
	c.string("arch", &h.Arch)
	c.int("cpus", &h.CPUs)
	c.string("cpu", &h.CPU)
	c.uint64("memory", &h.Memory)
	structs(c, "gpus", &h.GPUs, gpuFields)
	c.unknown(&h.unknown)
}

func gpuFields(c *coder, g *GPU) {
	c.text("name", &g.Name)
	c.uint64("memory", &g.Memory)
	c.string("driver", &g.Driver)
	c.unknown(&g.unknown)
}

func variableFields(c *coder, v *Variable) {
	c.text("name", &v.Name)
	c.string("value", &v.Value)
	c.unknown(&v.unknown)
}

func outputFields(c *coder, o *Output) {
	c.text("stream", &o.Stream)
	c.int64("size", &o.Size)
	c.int64("cut_at", &o.CutAt)
	c.int64("cut", &o.Cut)
	c.unknown(&o.unknown)
}

func processFields(c *coder, p *Process) {
	c.int("pid", &p.PID)
	c.string("machine_id", &p.MachineID)
	c.string("boot_id", &p.BootID)
	c.string("pid_namespace", &p.PIDNamespace)
	c.unknown(&p.unknown)
}

func gitFields(c *coder, g *Git) {
	c.string("commit", &g.Commit)
	c.string("branch", &g.Branch)
	c.bool("dirty", &g.Dirty)
	c.string("remote", &g.Remote)
	c.unknown(&g.unknown)
}

func parentFields(c *coder, p *Parent) {
	c.text("uuid", &p.UUID)
	c.strings("files", &p.Files)
	c.unknown(&p.unknown)
}

func inputFields(c *coder, i *Input) {
	c.text("name", &i.Name)
	c.string("path", &i.Path)
	c.int64("size", &i.Size)
	c.string("sha256", &i.SHA256)
	c.unknown(&i.unknown)
}

func resultFields(c *coder, r *Result) {
	c.text("name", &r.Name)
	c.float("value", &r.Value)
	c.unknown(&r.unknown)
}

func namedGoalFields(c *coder, g *NamedGoal) {
	c.text("name", &g.Name)
	c.goal("goal", &g.Goal)
	c.unknown(&g.unknown)
}

func sourceFields(c *coder, s *Source) {
	c.int("files", &s.Files)
	c.int64("bytes", &s.Bytes)
	structs(c, "left_out", &s.LeftOut, leftOutFields)
	c.int("more", &s.More)
	c.strings("notes", &s.Notes)
	structs(c, "large", &s.Large, largeFields)
	c.unknown(&s.unknown)
}

func leftOutFields(c *coder, l *LeftOut) {
	c.text("path", &l.Path)
	c.int64("size", &l.Size)
	c.string("reason", &l.Reason)
	c.unknown(&l.unknown)
}

func largeFields(c *coder, l *LargeFile) {
	c.text("path", &l.Path)
	c.int64("size", &l.Size)
	c.unknown(&l.unknown)
}

func journalFields(c *coder, j *JournalSum) {
	c.text("name", &j.Name)
	c.int64("length", &j.Length)
	c.string("sha256", &j.SHA256)
	c.unknown(&j.unknown)
}
