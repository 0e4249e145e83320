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
		return e.apply(e.dismiss(n, r.notes), now, clone)
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
	store, tip, err := p.ref(uuid)
	if err != nil {
		return err
	}
	base, before, err := baseOf(store, tip)
	if err != nil {
		return err
	}
	after := change(before, time.Now(), clone)
	commit := notesCommit(base, after)
	commit.Old = tip
	return p.commitRun(ctx, store, uuid, commit)
}

// ref is the run's ref in the store whose copy counts.
func (p *Project) ref(uuid string) (*gitstore.Store, gitstore.Hash, error) {
	var copies []runCopy
	for _, store := range p.stores {
		hash, err := store.Ref(refPrefix + uuid)
		switch {
		case err == nil:
			copies = append(copies, runCopy{store, hash})
		case !errors.Is(err, gitstore.ErrNotFound):
			return nil, gitstore.Hash{}, err
		}
	}
	if len(copies) == 0 {
		return nil, gitstore.Hash{}, fmt.Errorf("%w in git yet; exprec recover puts it there", ErrNoRun)
	}
	best := p.best(uuid, copies)
	return best.store, best.tip, nil
}

// base is the commit that notes lie on: the record, or the start of a run that
// has not been sealed.
type base struct {
	hash    gitstore.Hash
	entries []gitstore.TreeEntry
}

// baseOf finds the base below a tip, and the notes of the tip. A commit of
// notes holds what its parent holds but for the notes.
func baseOf(store *gitstore.Store, tip gitstore.Hash) (base, notes, error) {
	info, entries, err := commitEntries(store, tip)
	if err != nil {
		return base{}, notes{}, err
	}
	var said notes
	if at := slices.IndexFunc(entries, isNotes); at >= 0 {
		if said, err = decodeNotes(store, entries[at].Hash); err != nil {
			return base{}, notes{}, err
		}
	}
	found := base{hash: tip, entries: entries}
	for range maxChain {
		if len(info.Parents) == 0 {
			break
		}
		below, under, err := commitEntries(store, info.Parents[0])
		if err != nil || !sameRecord(found.entries, under) {
			break
		}
		found, info = base{hash: info.Parents[0], entries: under}, below
	}
	return found, said, nil
}

func commitEntries(store *gitstore.Store, hash gitstore.Hash) (gitstore.CommitInfo, []gitstore.TreeEntry, error) {
	info, err := store.ReadCommit(hash)
	if err != nil {
		return info, nil, err
	}
	entries, err := store.ReadTree(info.Tree)
	return info, entries, err
}

func isNotes(e gitstore.TreeEntry) bool { return e.Name == record.NotesFile }

// sameRecord reports whether two trees differ in their notes at most.
func sameRecord(a, b []gitstore.TreeEntry) bool {
	return slices.Equal(slices.DeleteFunc(slices.Clone(a), isNotes), slices.DeleteFunc(slices.Clone(b), isNotes))
}

// notesCommit is the commit that follows from a base and notes alone, so that
// equal notes have equal ids wherever they are written.
func notesCommit(b base, n notes) gitstore.Commit {
	tree := gitstore.NewTree()
	for _, e := range b.entries {
		if !isNotes(e) {
			tree.AddObject(e.Name, e.Mode, e.Hash)
		}
	}
	tree.AddBytes(record.NotesFile, record.EncodeNotes(n))
	c := gitstore.Commit{
		Tree: tree, Message: record.NotesMessage,
		Author: gitstore.Signature{Name: "exprec", Email: "exprec@localhost", When: n.Newest()},
	}
	if !b.hash.IsZero() { // a run that was purged has notes on nothing
		c.Parents = []gitstore.Hash{b.hash}
	}
	return c
}

// cloneName is the file below a home that names the clone.
const cloneName = "clone"

// cloneID names this clone in the stamps of notes: random, made once.
func (p *Project) cloneID() (string, error) {
	for _, home := range p.homes {
		data, err := os.ReadFile(filepath.Join(home, cloneName))
		if err == nil && len(data) == 2*cloneBytes {
			return string(data), nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("read the name of this clone: %w", err)
		}
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
