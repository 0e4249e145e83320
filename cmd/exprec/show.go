package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newShow(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:         "show RUN",
		Short:       "Show a run",
		Long:        "Show what is known of a run: how it went, parameters, results, scalars, images, files, source.",
		Example:     "exprec show @",
		Args:        between(1, 1),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(_ *recorder.Project, r *recorder.Run) error {
				if asJSON {
					return encode(a.out, jsonShow(r), "  ")
				}
				return a.show(r)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// withRun opens the project and hands over the run that ref means.
func (a *app) withRun(ctx context.Context, ref string, use func(*recorder.Project, *recorder.Run) error) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	run, err := project.Run(ctx, ref)
	if err != nil {
		return err
	}
	return use(project, run)
}

// show prints what can be read of a run, and gives the error of what cannot.
func (a *app) show(r *recorder.Run) error {
	a.showHead(r)
	a.showRecord(r)
	problem := r.Err()
	keep := func(err error) {
		if problem == nil {
			problem = err
		}
	}
	keep(a.showParams(r))
	a.showResults(r)
	keep(a.showScalars(r))
	keep(a.showImages(r))
	keep(a.showFiles(r))
	a.showSource(r)
	return problem
}

func (a *app) showHead(r *recorder.Run) {
	status := statusText(r)
	a.out.line(styled(boldStyle, "%s", sanitizeLine(r.Label())), plain("  %s  ", r.ID()), status)
	for _, words := range []string{r.Description(), r.Conclusion()} {
		// Indented, so that no line of theirs passes for a heading.
		for line := range strings.Lines(words) {
			a.out.line(plain("  %s", strings.TrimSuffix(line, "\n")))
		}
	}
	for _, e := range r.Earlier() {
		a.out.line(styled(yellow, "  also written as its %s on %s: %s", e.Field, e.Time.Format(time.DateOnly), sanitizeLine(e.Text)))
	}
}

// heading begins a section of show and diff.
func (a *app) heading(format string, args ...any) {
	a.out.line(plain(""))
	a.out.line(styled(boldStyle, format, args...))
}

// field prints a named line unless it is empty.
func (a *app) field(name, format string, args ...any) {
	words := strings.TrimSpace(fmt.Sprintf(format, args...))
	if words != "" {
		a.out.line(styled(dimStyle, "  %-10s", name), plain(" %s", sanitizeLine(words)))
	}
}

func (a *app) showRecord(r *recorder.Run) {
	info := r.Info()
	a.out.line(plain(""))
	if !r.Started().IsZero() {
		a.field("started", "%s, %s", moment(a.out, r.Started()), duration(r.Seconds()))
	}
	if host := info.Host.Name; r.Status() == recorder.Running {
		a.field("heard", "%s from %s", moment(a.out, r.LastHeard()), host)
	}
	if r.Elsewhere() != "" {
		a.field("elsewhere", "its process cannot be seen from here; when you know that it is dead: exprec recover --force")
	}
	a.field("group", "%s", info.Group)
	a.field("tags", "%s", strings.Join(r.Tags(), " "))
	a.field("command", "%s", commandLine(info.Command))
	if info.Directory != "." {
		a.field("folder", "%s", info.Directory)
	}
	if g := info.Git; g != nil {
		a.field("git", "%s", gitLine(g.Commit, g.Branch, g.Dirty))
	}
	a.field("runtime", "%s", info.Runtime)
	a.field("host", "%s", hostLine(info))
	a.field("continues", "%s", short(info.Continues))
	for _, p := range info.Parents {
		a.field("read from", "%s: %s", short(p.UUID), strings.Join(p.Files, ", "))
	}
	for _, in := range info.Inputs {
		a.field("input", "%s %s, %s, sha256 %.12s", in.Name, in.Path, size(in.Size), in.SHA256)
	}
	a.showEnd(info)
}

// showEnd prints how the run ended.
func (a *app) showEnd(info *recorder.Info) {
	a.field("signal", "%s", info.Signal)
	if info.ExitCode != nil {
		a.field("exit code", "%d", *info.ExitCode)
	}
	if info.Recovered {
		a.field("recovered", "its process died without a word")
	}
	if e := info.Error; e != nil {
		a.field("error", "%s", strings.TrimPrefix(e.Type+": "+e.Message, ": "))
		for line := range strings.Lines(e.Stack) {
			a.out.line(plain("             %s", strings.TrimRight(line, "\n")))
		}
	}
	if info.Dropped > 0 {
		a.field("dropped", "%d values lost to a full disk", info.Dropped)
	}
	for _, w := range info.Warnings {
		a.field("warning", "%s", w)
	}
}

func commandLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// quote makes a word fit for a shell.
func quote(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+"
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func gitLine(commit, branch string, dirty bool) string {
	words := []string{commit[:min(12, len(commit))]}
	if branch != "" {
		words = append(words, "on "+branch)
	}
	if dirty {
		words = append(words, "with changes")
	}
	return strings.Join(words, " ")
}

func hostLine(info *recorder.Info) string {
	h := info.Host
	words := strings.TrimPrefix(h.Name+", "+h.OS+"/"+h.Arch, ", ")
	if h.CPUs > 0 {
		words += ", " + count(h.CPUs, "CPU")
	}
	if h.Memory > 0 {
		words += ", " + size(int64(h.Memory))
	}
	return strings.Trim(words, "/, ")
}

func (a *app) showParams(r *recorder.Run) error {
	params, err := r.Params()
	if err != nil || len(params) == 0 {
		return err
	}
	a.heading("Parameters")
	for _, p := range flatten(params) {
		a.pair(p.name, value(p.value))
	}
	return nil
}

// pair prints a name and what belongs to it.
func (a *app) pair(name, words string) {
	a.out.line(plain("  %s", pad(sanitizeLine(name), 24)), plain(" %s", sanitizeLine(words)))
}

// pad fills harmless text up to a width.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-displayWidth(s)))
}

func (a *app) showResults(r *recorder.Run) {
	results := r.Results()
	if len(results) == 0 {
		return
	}
	a.heading("Results")
	for _, result := range results {
		a.pair(result.Name, number(result.Value))
	}
}

func (a *app) showScalars(r *recorder.Run) error {
	scalars, err := r.Scalars()
	if len(scalars) > 0 {
		a.heading("Scalars")
		scalarTable(r, scalars).print(a.out)
	}
	return err
}

func (a *app) showImages(r *recorder.Run) error {
	images, err := r.Images()
	if len(images) == 0 {
		return err
	}
	a.heading("Images")
	steps := map[string][]int64{}
	var names []string
	for _, image := range images {
		if steps[image.Name] == nil {
			names = append(names, image.Name)
		}
		steps[image.Name] = append(steps[image.Name], image.Step)
	}
	for _, name := range names {
		of := steps[name]
		a.pair(name, fmt.Sprintf("%s, steps %d to %d", count(len(of), "image"), slices.Min(of), slices.Max(of)))
	}
	return err
}

func (a *app) showFiles(r *recorder.Run) error {
	files, err := listFiles(r.Files())
	if len(files) > 0 {
		a.heading("Files")
		filesTable(files).print(a.out)
	}
	return err
}

func (a *app) showSource(r *recorder.Run) {
	info := r.Info()
	source := info.Source
	if source == nil {
		return
	}
	a.heading("Source")
	a.out.line(plain("  %s, %s", count(source.Files, "file"), size(source.Bytes)))
	if x := info.Executable; x != nil && x.SourceMayDiffer != "" {
		a.out.line(styled(yellow, "  may not be what ran: %s", sanitizeLine(x.SourceMayDiffer)))
	}
	named := source.LeftOut[:min(len(source.LeftOut), maxLeftOutShown)]
	for _, l := range named {
		a.out.line(styled(yellow, "  left out: %s (%s): %s", sanitizeLine(l.Path), size(l.Size), sanitizeLine(l.Reason)))
	}
	if more := len(source.LeftOut) - len(named) + source.More; more > 0 {
		a.out.line(styled(yellow, "  left out: %s more (--json names the first %d)", count(more, "file"), len(source.LeftOut)))
	}
	for _, note := range source.Notes {
		a.out.line(styled(yellow, "  %s", sanitizeLine(note)))
	}
}

// maxLeftOutShown is how many files that a snapshot left out are shown.
const maxLeftOutShown = 20
