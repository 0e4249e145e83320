package recorder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/diff"
)

// workTree is the source as it is now. Nothing is stored: objects that no
// store has yet come from the snapshot.
func (p *Project) workTree(ctx context.Context) (diff.Side, map[string]int64, error) {
	options, err := p.snapshotOptions()
	if err != nil {
		return diff.Side{}, nil, err
	}
	store := p.stores[0]
	s, err := store.Snapshot(ctx, p.repo, p.top, options)
	if err != nil {
		return diff.Side{}, nil, fmt.Errorf("look at the work tree: %w", err)
	}
	fresh := freshObjects{storeObjects: storeObjects{store}, objects: map[gitstore.Hash]gitstore.NewObject{}}
	for _, o := range s.Objects {
		fresh.objects[o.Hash] = o
	}
	return diff.Side{Objects: fresh, Root: s.Tree}, s.Large, nil
}

// freshObjects are those of a snapshot over those of a store.
type freshObjects struct {
	storeObjects
	objects map[gitstore.Hash]gitstore.NewObject
}

// Tree reads a folder.
func (f freshObjects) Tree(h gitstore.Hash) ([]diff.Entry, error) {
	if o, ok := f.objects[h]; ok {
		return parseTree(o.Data)
	}
	return f.storeObjects.Tree(h)
}

// Blob reads a file; one that is on the disk only may have changed since.
func (f freshObjects) Blob(h gitstore.Hash, limit int64) ([]byte, error) {
	o, ok := f.objects[h]
	switch {
	case !ok:
		return f.storeObjects.Blob(h, limit)
	case o.Size > limit:
		return nil, gitstore.ErrTooLarge
	case o.File == "":
		return o.Data, nil
	}
	return readBounded(o.File, limit)
}

// hashLength is that of a SHA-1, in bytes.
const hashLength = 20

// parseTree reads the entries of a tree object: mode, space, name, zero byte,
// 20 bytes of hash.
func parseTree(data []byte) ([]diff.Entry, error) {
	var entries []diff.Entry
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, spaced := bytes.Cut(head, []byte{' '})
		if !ok || !spaced || len(rest) < hashLength {
			return nil, errors.New("the snapshot's tree is damaged")
		}
		bits, err := strconv.ParseUint(string(mode), 8, 32)
		if err != nil {
			return nil, fmt.Errorf("the snapshot's tree is damaged: %w", err)
		}
		e := diff.Entry{Name: string(name), Mode: filemode.FileMode(bits)}
		data = rest[copy(e.Hash[:], rest):]
		entries = append(entries, e)
	}
	return entries, nil
}
