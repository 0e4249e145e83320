package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// rerunOptions are those of exprec rerun.
type rerunOptions struct {
	name  string
	keep  bool
	check bool
}

func newRerun(a *app) *cobra.Command {
	var o rerunOptions
	c := &cobra.Command{
		Use:   "rerun RUN [-- OVERRIDE…]",
		Short: "Run a run's command again, from its own source",
		Long: "Write a run's source into a scratch folder, run its command there under exprec run, and say\n" +
			"value by value whether the same came out: the same, within the noise of the group's other\n" +
			"seeds, or different. What is not as it was (inputs, machine, a compiled program) is said\n" +
			"before. Overrides take the place of the command's options: -- --lr 0.2.",
		Example:     "exprec rerun baseline\nexprec rerun @ -- --lr 0.2 --seed 7",
		Args:        between(1, -1),
		Annotations: codes("1    with --check: a value is different or missing", noRunCode, damagedCode, "else as the command did"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(p *recorder.Project, r *recorder.Run) error {
				return a.rerun(c.Context(), p, r, args[1:], o)
			})
		},
	}
	c.Flags().StringVar(&o.name, "name", "", "what the new run is called")
	c.Flags().BoolVar(&o.keep, "keep", false, "keep the scratch folder, and print it")
	c.Flags().BoolVar(&o.check, "check", false, "fail where a value is different or missing")
	return c
}

func (a *app) rerun(ctx context.Context, p *recorder.Project, r *recorder.Run, overrides []string, o rerunOptions) error {
	words, err := rerunWords(r, overrides)
	if err != nil {
		return err
	}
	options := recorder.Options{Name: o.name}
	if o.name == "" {
		options.Title = "rerun of " + r.Label()
	}
	var id string
	var ended error
	scratch, err := a.inScratch(func(dir string) (string, []string, error) { return p.PrepareRerun(ctx, r, dir) }, func() {
		id, ended = recordAgain(p, r, options, recorder.Command{Args: words, Source: r.Address()})
	})
	if err != nil {
		return err
	}
	if o.keep {
		a.out.line(plain("%s", sanitizeLine(filepath.Join(scratch, sourceFolder))))
	} else {
		defer os.RemoveAll(scratch)
	}
	if id == "" {
		return ended
	}
	return a.verdict(ctx, p, r, id, ended, o.check)
}

// sourceFolder is the folder in a scratch folder that holds a run's source.
const sourceFolder = "source"

// inScratch makes a scratch folder with a source in it, and does something with
// the folder that prepare names as the current one. The scratch folder is the
// caller's to remove, where there is no error.
func (a *app) inScratch(prepare func(dir string) (string, []string, error), do func()) (scratch string, err error) {
	if scratch, err = os.MkdirTemp("", "exprec-rerun-"); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(scratch)
		}
	}()
	dir, warnings, err := prepare(filepath.Join(scratch, sourceFolder))
	if err != nil {
		return "", err
	}
	for _, w := range warnings {
		a.note("%s", w)
	}
	before, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if err := enter(dir); err != nil {
		return "", err
	}
	do()
	return scratch, enter(before)
}

// rerunWords is the command with the overrides in it.
func rerunWords(r *recorder.Run, overrides []string) ([]string, error) {
	words := r.Info().Command
	if len(words) == 0 {
		return nil, failed("", "the run %s does not say what its command was", r.Short())
	}
	words = override(words, overrides)
	if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, recorder.Masked) }) {
		return nil, refused("give it anew: exprec rerun "+r.Short()+" -- --token …", "a secret in the command was masked when it was recorded: %s", commandLine(words))
	}
	if program := words[0]; filepath.IsAbs(program) && strings.Contains(program, "go-build") {
		if _, err := os.Stat(program); err != nil {
			return nil, failed("record it as exprec run -- go run …, or check the source out and build it", "the program of the run %s was built by go run and is gone: %s", r.Short(), program)
		}
	}
	return words, nil
}

// enter makes a folder the current one, for the command that is started in it.
func enter(dir string) error {
	if err := os.Chdir(dir); err != nil {
		return err
	}
	return os.Setenv("PWD", dir)
}

// recordAgain runs the command of a run in the current folder and records it
// in the project of that run.
func recordAgain(p *recorder.Project, r *recorder.Run, o recorder.Options, c recorder.Command) (id string, ended error) {
	path, lookErr := findProgram(c.Args[0])
	if lookErr == nil && !filepath.IsAbs(path) {
		path, lookErr = filepath.Abs(path)
	}
	info := r.Info()
	o.Dir, o.Group, o.Tags, o.Steps = p.Top(), info.Group, info.Tags, int(info.Steps)
	j := newJob(c.Args, path)
	c.Path, c.RerunOf, c.Directory, c.Messages = path, r.ID(), info.Directory, j.messages
	s := recorder.Supervise(o, c)
	ended = j.run(s, &plan{}, lookErr)
	return s.Experiment().ID(), ended
}

// verdict compares the new run with the first one. How the command ended
// decides the exit code.
func (a *app) verdict(ctx context.Context, p *recorder.Project, r *recorder.Run, id string, ended error, check bool) error {
	again, err := p.Run(ctx, id)
	if err != nil {
		return errors.Join(ended, err)
	}
	if again.Status() != r.Status() {
		a.out.line(plain("%s is %s, it was %s then", again.Label(), again.Status(), r.Status()))
	}
	if err := a.showConditions(ctx, p, r, again); err != nil {
		return errors.Join(ended, err)
	}
	values, err := p.Reproduce(ctx, r, again)
	if err != nil {
		return errors.Join(ended, err)
	}
	same, err := recorder.SamePrinted(r, again)
	if err != nil {
		return errors.Join(ended, err)
	}
	a.showVerdicts(values)
	a.out.line(plain("It printed %s before.", map[bool]string{true: "the same as", false: "something else than"}[same]))
	worst := recorder.Worst(values)
	var command *exited
	if check && errors.As(ended, &command) && command.code == 0 && (worst == recorder.OtherValue || worst == recorder.NoValue) {
		return failed("exprec diff "+r.Short()+" "+again.Short()+" says what else differs", "the run %s is not reproduced", r.Short())
	}
	return ended
}

// showConditions says which packages, interpreters and GPUs are others than then.
func (a *app) showConditions(ctx context.Context, p *recorder.Project, r, again *recorder.Run) error {
	d, err := p.Compare(ctx, r, again)
	if err != nil {
		return err
	}
	changes := d.Packages
	for _, c := range d.Environment {
		if c.Name == "runtime" || c.Name == "cpu" || strings.HasPrefix(c.Name, "gpu") {
			changes = append(changes, c)
		}
	}
	var words []string
	for _, c := range changes[:min(len(changes), maxConditions)] {
		from, to := changeWords(c)
		words = append(words, c.Name+" "+from+" → "+to)
	}
	if more := len(changes) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	if len(words) > 0 {
		a.note("not as it was then: %s", strings.Join(words, ", "))
	}
	return nil
}

// maxConditions is how many changed conditions are named.
const maxConditions = 5

func (a *app) showVerdicts(values []recorder.Reproduction) {
	if len(values) == 0 {
		a.out.line(plain("It has no scalars or results to compare."))
		return
	}
	colours := map[recorder.Verdict]style{recorder.SameValue: green, recorder.WithinNoise: green, recorder.OtherValue: red, recorder.NoValue: red}
	t := &table{columns: []column{{title: "NAME"}, {title: "THEN", right: true}, {title: "NOW", right: true}, {title: "VERDICT"}}}
	counts := map[recorder.Verdict]int{}
	for _, v := range values {
		counts[v.Verdict]++
		t.add(text{words: v.Name}, text{words: numberOf(v, v.A)}, text{words: numberOf(v, v.B)}, text{colours[v.Verdict], string(v.Verdict)})
	}
	t.print(a.out)
	var words []string
	for _, v := range []recorder.Verdict{recorder.SameValue, recorder.WithinNoise, recorder.OtherValue, recorder.NoValue} {
		if counts[v] > 0 {
			words = append(words, count(counts[v], "value")+" "+string(v))
		}
	}
	a.out.line(plain("%s", strings.Join(words, ", ")))
}

// numberOf shows a side of a value; one that only the other run has is a hyphen.
func numberOf(v recorder.Reproduction, side float64) string {
	if v.Verdict == recorder.NoValue && math.IsNaN(side) {
		return "-"
	}
	return number(side)
}
