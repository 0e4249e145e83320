package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// The lines that divide the text in an editor. Notes are Markdown, where a
// line may begin with nearly anything.
const (
	titleLine       = "title: "
	tagsLine        = "tags: "
	descriptionLine = "=== description (Markdown, up to the next line of this kind)"
	conclusionLine  = "=== conclusion (Markdown, up to the end)"
)

// editByHand opens the notes of a run in the user's editor.
func (a *app) editByHand(ctx context.Context, p *recorder.Project, r *recorder.Run) error {
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	if editor == "" {
		return usage("set EDITOR, or see exprec help edit", "say what to change: no EDITOR is set")
	}
	before := noteText(r)
	file, err := noteFile(p.Home(), before)
	if err != nil {
		return fmt.Errorf("write the notes for the editor: %w", err)
	}
	for _, e := range r.Earlier() {
		a.note("another %s was written at the same time: %s", e.Field, e.Text)
	}
	if err := a.runEditor(ctx, editor, file); err != nil {
		return errors.Join(failed("", "the notes stay as they were: %s: %v", editor, err), os.Remove(file))
	}
	after, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read what the editor wrote: %w", err)
	}
	if string(after) == before {
		a.note("nothing was changed")
		return os.Remove(file)
	}
	edit, err := parseNoteText(string(after), r)
	if err == nil {
		err = a.applyEdit(ctx, p, r, edit)
	}
	if err != nil {
		return fmt.Errorf("%w; what you wrote is kept in %s", err, file)
	}
	return os.Remove(file)
}

// noteFile makes the file that is edited, for its user only.
func noteFile(home, text string) (string, error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(home, "notes-*.md")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	return f.Name(), errors.Join(err, f.Close())
}

// runEditor lets the user write. EDITOR may hold options, and is a command of
// the shell as it is for git.
func (a *app) runEditor(ctx context.Context, editor, file string) error {
	words := append(strings.Fields(editor), file)
	if runtime.GOOS != "windows" {
		words = []string{"sh", "-c", editor + ` "$@"`, editor, file}
	}
	a.out.flush()
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	c.Stdin, c.Stdout, c.Stderr = a.in, os.Stdout, os.Stderr
	c.Dir = filepath.Dir(file)
	return c.Run()
}

// noteText is what an editor gets: harmless, since an editor is a terminal.
func noteText(r *recorder.Run) string {
	return titleLine + sanitizeLine(r.Title()) + "\n" + tagsLine + sanitizeLine(strings.Join(r.Tags(), " ")) + "\n\n" +
		descriptionLine + "\n" + ended(sanitize(r.Description())) + "\n" +
		conclusionLine + "\n" + ended(sanitize(r.Conclusion()))
}

func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// parseNoteText reads what the user wrote: an edit of the fields that differ
// from what the run had.
func parseNoteText(text string, r *recorder.Run) (recorder.Edit, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	head, rest, ok := cutLine(text, descriptionLine)
	description, conclusion, also := cutLine(rest, conclusionLine)
	if !ok || !also || strings.Contains("\n"+conclusion, "\n"+conclusionLine) {
		return recorder.Edit{}, failed("leave the lines that begin with === as they are", "the text cannot be told into description and conclusion")
	}
	var e recorder.Edit
	var tags []string
	var title string
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if words, ok := strings.CutPrefix(line, strings.TrimSpace(titleLine)); ok {
			title = strings.TrimSpace(words)
		} else if words, ok := strings.CutPrefix(line, strings.TrimSpace(tagsLine)); ok {
			tags = strings.FieldsFunc(words, func(c rune) bool { return c == ' ' || c == ',' })
		} else if line != "" {
			return recorder.Edit{}, failed("", "the line %q is neither the title nor the tags", line)
		}
	}
	setChanged(&e.Title, title, sanitizeLine(r.Title()))
	setChanged(&e.Description, strings.TrimSpace(description), strings.TrimSpace(sanitize(r.Description())))
	setChanged(&e.Conclusion, strings.TrimSpace(conclusion), strings.TrimSpace(sanitize(r.Conclusion())))
	had := strings.Fields(sanitizeLine(strings.Join(r.Tags(), " ")))
	e.AddTags = slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return slices.Contains(had, t) })
	e.RemoveTags = slices.DeleteFunc(had, func(t string) bool { return slices.Contains(tags, t) })
	return e, nil
}

// setChanged sets a field of an edit where the text is another one.
func setChanged(field **string, text, before string) {
	if text != before {
		*field = &text
	}
}

// cutLine cuts a text at the first line that is the given one.
func cutLine(text, line string) (before, after string, ok bool) {
	before, after, ok = strings.Cut("\n"+text, "\n"+line+"\n")
	if !ok {
		before, ok = strings.CutSuffix("\n"+text, "\n"+line)
	}
	return strings.TrimPrefix(before, "\n"), after, ok
}
