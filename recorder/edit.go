package recorder

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Edit is what to change in a run's notes; nil and empty fields leave things
// as they are. An empty text takes the note away; the title is then
// the recorded one again.
type Edit struct {
	Title, Description, Conclusion *string
	AddTags, RemoveTags            []string
	Archived                       *bool
}

// editTries bounds how often an edit is made again because somebody else
// moved the run's ref meanwhile.
const editTries = 50

// Edit changes a run's notes. The record itself is never touched; an edit of
// somebody else at the same time is kept. Words of [Run.Earlier] that r was
// read with are dismissed where their field is edited: whoever edits has them
// before their eyes.
func (p *Project) Edit(ctx context.Context, r *Run, e Edit) error {
	if err := e.check(); err != nil {
		return err
	}
	return p.annotate(ctx, r, func(n notes, now time.Time, clone string) notes {
		return e.apply(e.dismiss(n, r.notes), now, clone).Sign(clone, p.signer(), now)
	})
}

// check refuses what cannot be written.
func (e Edit) check() error {
	for what, text := range e.texts() {
		if text != nil && len(*text) > record.MaxNote {
			return fmt.Errorf("the %s of %d bytes %w: shorten it to %d bytes", what, len(*text), ErrInvalid, record.MaxNote)
		}
	}
	if e.Title != nil && strings.ContainsAny(*e.Title, "\r\n") {
		return fmt.Errorf("the title %.40q %w: a title is one line", *e.Title, ErrInvalid)
	}
	for _, tag := range slices.Concat(e.AddTags, e.RemoveTags) {
		if err := record.CheckTag(tag); err != nil {
			return fmt.Errorf("the tag %.80q %w: %w", tag, ErrInvalid, err)
		}
	}
	return nil
}

// dismiss takes the words out of n that had lost when seen was read.
func (e Edit) dismiss(n, seen notes) notes {
	for field, text := range e.texts() {
		if text == nil {
			continue
		}
		for _, lost := range seen.Earlier(field) {
			n = n.Dismiss(field, lost.Stamp)
		}
	}
	return n
}

// texts are the fields that people write words into.
func (e Edit) texts() map[string]*string {
	return map[string]*string{record.Title: e.Title, record.Description: e.Description, record.Conclusion: e.Conclusion}
}

func (e Edit) apply(n notes, now time.Time, clone string) notes {
	set := func(field string, text *string) {
		switch {
		case text == nil:
		case *text == "":
			n = n.Unset(field, now, clone)
		default:
			n = n.Set(field, strings.ToValidUTF8(*text, "\uFFFD"), now, clone)
		}
	}
	set(record.Title, e.Title)
	set(record.Description, e.Description)
	set(record.Conclusion, e.Conclusion)
	if e.Archived != nil {
		flag := ""
		if *e.Archived {
			flag = "true"
		}
		set(record.Archived, &flag)
	}
	for _, tag := range e.AddTags {
		n = n.SetTag(tag, true, now, clone)
	}
	for _, tag := range e.RemoveTags {
		n = n.SetTag(tag, false, now, clone)
	}
	return n
}

// annotate changes the notes that the run's ref has now, again where it moves
// meanwhile.
func (p *Project) annotate(ctx context.Context, r *Run, change func(notes, time.Time, string) notes) error {
	clone, err := p.cloneID()
	if err != nil {
		return err
	}
	for range editTries {
		err = p.annotateOnce(ctx, r.uuid, clone, change)
		if !errors.Is(err, gitstore.ErrConflict) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("edit the run %s: %w", r.Short(), err)
	}
	return nil
}

func (p *Project) annotateOnce(ctx context.Context, uuid, clone string, change func(notes, time.Time, string) notes) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	store, tip, ref, err := p.ref(uuid)
	if err != nil {
		return err
	}
	base, before, err := baseOf(store, tip)
	if err != nil {
		return err
	}
	after := change(before, time.Now(), clone)
	commit := notesCommit(base, after)
	commit.Old = ref
	return p.commitRun(ctx, store, uuid, commit)
}

// signer is what this clone's people are called in notes, empty where git does
// not know.
func (p *Project) signer() string {
	if name := p.repo.Author().Name; name != unknownAuthor {
		return name
	}
	return ""
}

// unknownAuthor is the author where git knows none.
const unknownAuthor = "exprec"

// knownCloneID is the id of this clone, empty where it has none yet.
func (p *Project) knownCloneID() string {
	id, _ := p.readCloneID()
	return id
}

func (p *Project) readCloneID() (string, error) {
	for _, home := range p.homes {
		data, err := os.ReadFile(filepath.Join(home, cloneName))
		if err == nil && len(data) == 2*cloneBytes {
			return string(data), nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("read the name of this clone: %w", err)
		}
	}
	return "", nil
}

// cloneID names this clone in the stamps of notes: random, made once.
func (p *Project) cloneID() (string, error) {
	if id, err := p.readCloneID(); id != "" || err != nil {
		return id, err
	}
	var random [cloneBytes]byte
	rand.Read(random[:])
	id := hex.EncodeToString(random[:])
	var err error
	for _, home := range p.homes { // the first may be on a disk that cannot be written
		if err = replaceFile(filepath.Join(home, cloneName), []byte(id)); err == nil {
			return id, nil
		}
	}
	return "", fmt.Errorf("keep the name of this clone: %w", err)
}

const cloneBytes = 8
