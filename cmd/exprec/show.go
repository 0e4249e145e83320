package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

func newShow(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show RUN",
		Short: "Show a run",
		Long: "Show what is known of a run: how it went, parameters, results, scalars, images, files, source.\n" +
			"Of a run that did not succeed the error and the last lines that it printed stand first. Of\n" +
			"one that was recorded twice RUN@COMMIT is one of both records, here and in all commands that\n" +
			"read a run.",
		Example:     "exprec show @",
		Args:        between(1, 1),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withKnown(c.Context(), args[0], func(p *recorder.Project, r *recorder.Run) error {
				// What is known is shown where the rest cannot be had.
				r, absent := a.whole(c.Context(), p, r)
				if asJSON {
					return errors.Join(encode(a.out, jsonShow(c.Context(), p, r), "  "), absent)
				}
				if err := a.show(c.Context(), p, r); absent == nil {
					return err
				}
				return absent
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// withRun opens the project and hands over the run that ref means, all of it.
func (a *app) withRun(ctx context.Context, ref string, use func(*recorder.Project, *recorder.Run) error) error {
	return a.withKnown(ctx, ref, func(p *recorder.Project, r *recorder.Run) error {
		r, err := a.whole(ctx, p, r)
		if err != nil {
			return err
		}
		return use(p, r)
	})
}

// withKnown is withRun for a run whose content may be on a remote.
func (a *app) withKnown(ctx context.Context, ref string, use func(*recorder.Project, *recorder.Run) error) error {
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
// Of a run that did not succeed it says first what went wrong.
func (a *app) show(ctx context.Context, p *recorder.Project, r *recorder.Run) error {
	problem := r.Err()
	keep := func(err error) {
		if problem == nil {
			problem = err
		}
	}
	a.showHead(r)
	var last []byte
	broken := unsuccessful(r)
	if broken {
		var err error
		last, err = a.showFailure(r)
		keep(err)
	}
	keep(a.showRecord(ctx, p, r))
	if !broken {
		a.showEnd(r.Info())
	}
	a.showRemarks(r.Info(), last)
	a.showNotes(r)
	keep(a.showParams(r))
	a.showResults(r)
	keep(a.showScalars(r))
	keep(a.showSystem(r))
	keep(a.showImages(r))
	keep(a.showFiles(r))
	a.showEnvironment(r.Info())
	a.showSource(r)
	return problem
}

func (a *app) showHead(r *recorder.Run) {
	status := statusText(r)
	a.out.line(styled(boldStyle, "%s", sanitizeLine(r.Label())), plain("  %s  ", r.Address()), status)
	for _, words := range []string{r.Description(), r.Conclusion()} {
		// Indented, so that no line of theirs passes for a heading.
		for line := range strings.Lines(words) {
			a.out.line(plain("  %s", strings.TrimSuffix(line, "\n")))
		}
	}
	for _, e := range r.Earlier() {
		a.out.line(styled(yellow, "  also written as its %s on %s by %s: %s", e.Field, e.Time.Format(time.DateOnly), sanitizeLine(e.By.String()), sanitizeLine(e.Text)))
	}
	a.showShared(r)
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

func (a *app) showRecord(ctx context.Context, p *recorder.Project, r *recorder.Run) error {
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
	for _, gpu := range say.GPUs(info.Host.GPUs) {
		a.field("gpu", "%s", gpu)
	}
	a.field("continues", "%s", short(info.Continues))
	for _, parent := range info.Parents {
		a.field("read from", "%s: %s", short(parent.UUID), strings.Join(parent.Files, ", "))
	}
	for _, in := range info.Inputs {
		a.field("input", "%s %s, %s, sha256 %.12s", in.Name, in.Path, size(in.Size), in.SHA256)
	}
	a.field("rerun of", "%s", short(info.RerunOf))
	later := continuations(ctx, p, r)
	for _, next := range later {
		a.field("continued", "by %s (%s)", next.Label(), next.Short())
	}
	if info.Continues != "" || len(later) > 0 {
		a.field("chain", "%s", chainLine(ctx, p, r))
	}
	return a.showOutput(r)
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
