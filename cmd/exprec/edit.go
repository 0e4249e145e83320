package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// editOptions are the options as they were given; those that were not are
// empty, and given says so.
type editOptions struct {
	title, description, conclusion string
	tags                           []string
	archive, unarchive             bool
	given                          func(option string) bool
}

func newEdit(a *app) *cobra.Command {
	var o editOptions
	c := &cobra.Command{
		Use:   "edit RUN…",
		Short: "Write title, notes and tags of runs",
		Long: "Change what people say about runs: title, description, conclusion (both Markdown), tags,\n" +
			"archived. An empty text takes the recorded title back, or the note away; - reads it from\n" +
			"the input. Without options on a terminal the notes of one run are opened in $EDITOR. What\n" +
			"somebody else wrote at the same time, and exprec show names, is dismissed by the edit. The\n" +
			"record itself never changes.",
		Example:     "exprec edit @ --title 'wider layers' --tag +baseline,-draft",
		Args:        between(1, -1),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			o.given = c.Flags().Changed
			return a.edit(c.Context(), args, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.title, "title", "", "a line for people")
	f.StringVar(&o.description, "description", "", "what the run is about; - reads the input")
	f.StringVar(&o.conclusion, "conclusion", "", "what was learned from it; - reads the input")
	f.StringSliceVar(&o.tags, "tag", nil, "+`TAG` or TAG adds it, -TAG takes it away; commas between")
	f.BoolVar(&o.archive, "archive", false, "leave it out of lists")
	f.BoolVar(&o.unarchive, "unarchive", false, "bring it back into lists")
	return c
}

func (a *app) edit(ctx context.Context, refs []string, o editOptions) error {
	edit, err := o.edit(a.in)
	if err != nil {
		return err
	}
	if edit == nil && !a.interactive() {
		return usage("see exprec help edit", "say what to change: there is no terminal to open an editor on")
	}
	project, runs, err := a.openRuns(ctx, refs)
	if err != nil {
		return err
	}
	defer project.Close()
	if edit == nil {
		if len(runs) > 1 {
			return usage("name one run, or say what to change", "the notes of several runs cannot be opened in one editor")
		}
		return a.editByHand(ctx, project, runs[0])
	}
	for _, r := range runs {
		if err := a.applyEdit(ctx, project, r, *edit); err != nil {
			return err
		}
	}
	return nil
}

// applyEdit edits one run and says so, with the words that the edit dismisses.
func (a *app) applyEdit(ctx context.Context, p *recorder.Project, r *recorder.Run, e recorder.Edit) error {
	if err := p.Edit(ctx, r, e); err != nil {
		return err
	}
	touched := map[string]bool{"title": e.Title != nil, "description": e.Description != nil, "conclusion": e.Conclusion != nil}
	for _, lost := range r.Earlier() {
		if touched[lost.Field] {
			a.note("dismissed the other %s: %s", lost.Field, lost.Text)
		}
	}
	a.note("edited %s (%s)", r.Label(), r.Short())
	return nil
}

// openRuns opens the project and the runs that are named, one each.
func (a *app) openRuns(ctx context.Context, refs []string) (*recorder.Project, []*recorder.Run, error) {
	project, err := a.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	runs, err := uniqueRuns(ctx, project, refs)
	if err == nil {
		runs, err = a.wholeRuns(ctx, project, runs)
	}
	if err != nil {
		return nil, nil, errors.Join(err, project.Close())
	}
	return project, runs, nil
}

// uniqueRuns finds the runs that are meant, each once. A name that several
// runs carry is not good enough to change something by.
func uniqueRuns(ctx context.Context, p *recorder.Project, refs []string) ([]*recorder.Run, error) {
	var runs []*recorder.Run
	known := map[string]bool{}
	for _, ref := range refs {
		r, err := p.UniqueRun(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !known[r.ID()] {
			known[r.ID()] = true
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// edit is what the options say, nil where none is given.
func (o editOptions) edit(in io.Reader) (*recorder.Edit, error) {
	e, any := &recorder.Edit{}, false
	texts := []struct {
		option string
		given  string
		to     **string
	}{{"title", o.title, &e.Title}, {"description", o.description, &e.Description}, {"conclusion", o.conclusion, &e.Conclusion}}
	if o.description == "-" && o.conclusion == "-" {
		return nil, usage("write one of them as text", "--description and --conclusion cannot both be read from the input")
	}
	for _, t := range texts {
		if !o.given(t.option) {
			continue
		}
		words := t.given
		if words == "-" && t.option != "title" {
			read, err := io.ReadAll(io.LimitReader(in, maxNoteRead))
			if err != nil {
				return nil, fmt.Errorf("read the %s: %w", t.option, err)
			}
			words = strings.TrimRight(string(read), "\n")
		}
		*t.to, any = &words, true
	}
	e.AddTags, e.RemoveTags = signedTags(o.tags)
	if o.archive && o.unarchive {
		return nil, usage("give one of them", "--archive and --unarchive exclude each other")
	}
	if o.archive || o.unarchive {
		e.Archived = &o.archive
	}
	if !any && e.Archived == nil && len(e.AddTags)+len(e.RemoveTags) == 0 {
		if o.given("tag") {
			return nil, usage("write --tag +good or --tag -good", "--tag names no tag")
		}
		return nil, nil
	}
	return e, nil
}

// maxNoteRead bounds what is read of the input: more than a note may hold.
const maxNoteRead = 2 << 20

// signedTags sorts tags by their signs; none means to add.
func signedTags(tags []string) (add, remove []string) {
	for _, tag := range tags {
		tag = strings.TrimSpace(tag)
		if bare, ok := strings.CutPrefix(tag, "-"); ok {
			remove = append(remove, bare)
		} else if bare := strings.TrimPrefix(tag, "+"); bare != "" {
			add = append(add, bare)
		}
	}
	return add, remove
}
