package recorder

import (
	"context"
	"slices"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// updateOf is what the remote is to get of a run whose states there have been
// joined into the one here.
func (s *sharing) updateOf(ctx context.Context, uuid string, here gitstore.Hash) (u gitstore.Update, needed bool, err error) {
	there, isRef := s.theirs[uuid]
	has := func(tip gitstore.Hash) bool {
		return isRef && there == tip || !isRef && slices.Contains(s.storedOf(uuid), archived{uuid, tip})
	}
	if has(here) {
		return u, false, nil
	}
	if !s.look(ctx, uuid, here).purged {
		return gitstore.Update{Ref: refPrefix + uuid, New: here, Old: there}, true, nil
	}
	if g, purged := s.graveOf(uuid, here); purged {
		if has(g.hash) {
			return u, false, nil
		}
		if err := s.write(ctx, g); err != nil {
			return u, false, err
		}
		here = g.hash
	}
	return gitstore.Update{Ref: refPrefix + uuid, New: here, Old: there}, true, nil
}

// grave is what is left of a run that was purged.
type grave struct {
	hash    gitstore.Hash
	objects []gitstore.NewObject
}

// graveOf is what others get of a run that somebody has purged and whose content
// is still here: the note about it alone. What is to be gone does not come back
// by way of a clone that keeps it.
func (s *sharing) graveOf(uuid string, here gitstore.Hash) (g grave, purged bool) {
	if !s.saysPurged(here) {
		return g, false
	}
	ours, err := stateOf(s.store, uuid, here)
	if err != nil || ours.purged {
		return g, false
	}
	said := ours.notes.Only(record.Deleted, record.Purged)
	commit, text := notesCommit(base{}, said), gitstore.BlobObject(record.EncodeNotes(said))
	tree := gitstore.TreeObject([]gitstore.TreeEntry{{Name: record.NotesFile, Mode: filemode.Regular, Hash: text.Hash}})
	last := gitstore.CommitObject(tree.Hash, nil, commit.Author, commit.Message)
	return grave{last.Hash, []gitstore.NewObject{text, tree, last}}, true
}

// saysPurged reports whether the notes in a commit say that its run was purged.
func (s *sharing) saysPurged(tip gitstore.Hash) bool {
	_, entries, err := commitEntries(s.store, tip)
	if err != nil {
		return false
	}
	said, err := notesOf(s.store, entries)
	return err == nil && said.Flag(record.Purged)
}

// leftOf is what is left of a run that was purged, here or by somebody else.
func (s *sharing) leftOf(uuid string, here gitstore.Hash) (g grave, purged bool) {
	if g, purged = s.graveOf(uuid, here); purged {
		return g, true
	}
	ours, err := stateOf(s.store, uuid, here)
	return grave{hash: here}, err == nil && ours.purged
}

// write makes what is left of a run an object of the store, where it is not.
func (s *sharing) write(ctx context.Context, g grave) error {
	if len(g.objects) == 0 || s.options.DryRun {
		return nil
	}
	return s.store.WriteObjects(ctx, g.objects)
}

// wasPurged reports whether the notes of a run here say so. Other records of it
// are content like its own: they neither come nor go.
func (s *sharing) wasPurged(uuid string) bool {
	here, err := s.here(uuid)
	return err == nil && !here.IsZero() && s.saysPurged(here)
}
