package views

import (
	"context"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// runsAction is what a button of the bar does to every run that is selected.
type runsAction struct {
	words string // "Archived %s"
	// do changes a run, and gives what takes it back; nil where there was nothing
	// to change.
	do runChange
}

type (
	runChange func(context.Context, *recorder.Project, *recorder.Run) (runUndo, error)
	runUndo   func(context.Context, *recorder.Project) error
)

func (a runsAction) said(n int) string {
	return strings.Replace(a.words, "%s", count(n, "run"), 1)
}

func runsActionOf(name, tag string) (runsAction, error) {
	switch name {
	case "archive":
		return runsAction{"Archived %s", archiveRun(true)}, nil
	case "unarchive":
		return runsAction{"Took %s out of the archive", archiveRun(false)}, nil
	case "delete":
		return runsAction{"Deleted %s", deleteRun}, nil
	case "tag":
		add, remove := tagsOf(tag)
		if len(add)+len(remove) == 0 {
			return runsAction{}, badRequest("Which tag? Write one, or several with spaces between; -old takes one away.")
		}
		words := "Tagged %s with " + strings.Join(add, ", ")
		if len(add) == 0 {
			words = "Took " + strings.Join(remove, ", ") + " off %s"
		}
		return runsAction{words, tagRun(add, remove)}, nil
	}
	return runsAction{}, badRequest("There is no action %q.", name)
}

func archiveRun(archived bool) runChange {
	return func(ctx context.Context, p *recorder.Project, run *recorder.Run) (runUndo, error) {
		if run.Archived() == archived {
			return nil, nil
		}
		if err := p.Edit(ctx, run, recorder.Edit{Archived: &archived}); err != nil {
			return nil, err
		}
		return func(ctx context.Context, p *recorder.Project) error {
			before := !archived
			return p.Edit(ctx, run, recorder.Edit{Archived: &before})
		}, nil
	}
}

// deleteRun hides a run; its content stays until it is purged.
func deleteRun(ctx context.Context, p *recorder.Project, run *recorder.Run) (runUndo, error) {
	if err := p.Delete(ctx, run); err != nil {
		return nil, err
	}
	return func(ctx context.Context, p *recorder.Project) error { return p.Undelete(ctx, run) }, nil
}

// tagRun adds and removes tags. Taking it back leaves the tags alone that the run
// had before.
func tagRun(add, remove []string) runChange {
	return func(ctx context.Context, p *recorder.Project, run *recorder.Run) (runUndo, error) {
		had := run.Tags()
		has := func(tag string) bool { return slices.Contains(had, tag) }
		edit := recorder.Edit{AddTags: slices.DeleteFunc(slices.Clone(add), has)}
		for _, tag := range remove {
			if has(tag) {
				edit.RemoveTags = append(edit.RemoveTags, tag)
			}
		}
		if len(edit.AddTags)+len(edit.RemoveTags) == 0 {
			return nil, nil
		}
		if err := p.Edit(ctx, run, edit); err != nil {
			return nil, err
		}
		return func(ctx context.Context, p *recorder.Project) error {
			return p.Edit(ctx, run, recorder.Edit{AddTags: edit.RemoveTags, RemoveTags: edit.AddTags})
		}, nil
	}
}
