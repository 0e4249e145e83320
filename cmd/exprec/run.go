package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// runOptions are those of exprec run.
type runOptions struct {
	recorder.Options
	params  []string // name=value
	source  string   // the run whose source is kept
	idFile  string
	scalars string // a regular expression
	noArgs  bool
}

func newRun(a *app) *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [OPTION…] -- COMMAND [ARG…]",
		Short: "Run a command and record it",
		Long: "Run a command and record it: its source, parameters, output, scalars, and how it ended.\n" +
			"The words --k v, --k=v and k=v after its name (and its script's) become parameters, and\n" +
			"lines of its output such as\n\n" +
			"  exprec: {\"step\": 3, \"loss\": 0.2}\n\n" +
			"become scalars, which count up without a step; what is no number there is a parameter. A\n" +
			"program in it that uses the library records into the same run. EXPREC=off runs the\n" +
			"command and records nothing.\n\n" +
			"Where exprec has a terminal as stdin and stdout, the command has one too; elsewhere it\n" +
			"has pipes. Signals reach it once: those that the terminal gives it anyway are not handed\n" +
			"on, all others are. 0.2 s after its end nobody waits for what its children print.",
		Example: "exprec run --name baseline -- python train.py --lr 0.01\n" +
			"exprec run --scalars 'step (?P<step>\\d+) loss=(?P<loss>\\S+)' -- ./train",
		Args: between(1, -1),
		Annotations: codes(noRunCode, "126  the command cannot be executed", "127  there is no such command",
			"else as the command did, with 128 + n when signal n killed it"),
		RunE: func(c *cobra.Command, words []string) error {
			return a.record(c.Context(), o, words)
		},
	}
	f := c.Flags()
	f.SetInterspersed(false)
	f.StringVar(&o.Title, "title", "", "a line for people")
	f.StringVar(&o.Name, "name", "", "what the run is called on the command line")
	f.StringVar(&o.Group, "group", "", "runs that belong together")
	f.StringArrayVar(&o.Tags, "tag", nil, "a `TAG`; may be given again")
	f.StringArrayVar(&o.params, "param", nil, "a parameter, `NAME=VALUE`; may be given again, wins over the command's words")
	f.IntVar(&o.Steps, "steps", 0, "how many steps are planned")
	f.StringVar(&o.Continue, "continue", "", "the `RUN` that this one goes on from")
	f.StringVar(&o.source, "source", "", "keep the source of this `RUN`, not a snapshot of what is here")
	f.StringVar(&o.idFile, "id-file", "", "write the run's id into `FILE` before the command starts, over one that is there; empty where nothing is recorded")
	f.StringVar(&o.scalars, "scalars", "", "a regular `EXPRESSION` for lines of output: its named groups are scalars, the group step is their step")
	f.BoolVar(&o.noArgs, "no-args", false, "take no parameters from the command's words")
	f.BoolVar(&o.Quiet, "quiet", false, "say nothing at the start and at the end")
	return c
}

// record runs a command and gives the code that it ended with as an error.
func (a *app) record(ctx context.Context, o runOptions, words []string) error {
	o.Dir = a.dir
	path, lookErr := findProgram(words[0])
	plan, err := a.plan(ctx, &o)
	if err != nil {
		return err
	}
	if o.Off() {
		plan.id.write("", a.note)
		return replaceBy(path, words, lookErr)
	}
	j := newJob(words, path)
	s := recorder.Supervise(o.Options, recorder.Command{
		Args: words, Path: path, Source: o.source, Parameters: o.params, NoArguments: o.noArgs, Messages: j.messages,
	})
	plan.id.write(s.Experiment().ID(), a.note)
	j.guard(func() { err = j.run(s, plan, lookErr) })
	return err
}

// plan checks what was asked for, before anything is recorded or started.
func (a *app) plan(ctx context.Context, o *runOptions) (*plan, error) {
	if err := o.Check(); err != nil {
		return nil, usage("see exprec help run", "%v", err)
	}
	p, err := newPlan(o)
	if err == nil && !o.Off() {
		err = a.resolve(ctx, &o.source, &o.Continue)
	}
	if err == nil {
		p.id, err = openID(o.idFile)
	}
	return p, err
}

// resolve replaces references to runs by their ids.
func (a *app) resolve(ctx context.Context, refs ...*string) error {
	if !slices.ContainsFunc(refs, func(ref *string) bool { return *ref != "" }) {
		return nil
	}
	project, err := recorder.Open(a.dir)
	if err != nil {
		return err
	}
	defer project.Close()
	for _, ref := range refs {
		if *ref == "" {
			continue
		}
		run, err := project.Run(ctx, *ref)
		if err != nil {
			return err
		}
		*ref = run.ID()
	}
	return nil
}
