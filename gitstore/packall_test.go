package gitstore_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// Objects that are written all at once are what git has of them, however many
// they are, and whichever are there twice.
func TestManyDerivedObjects(t *testing.T) {
	for _, n := range []int{1, 2, 3, 100, 1001} {
		dir := gitstoretest.New(t)
		unchanged := gitstoretest.Unchanged(t, dir)
		s := open(t, dir)
		var objects []gitstore.NewObject
		var entries []gitstore.TreeEntry
		for i := range n {
			blob := gitstore.BlobObject(bytes.Repeat([]byte{byte(i)}, i))
			objects = append(objects, blob)
			entries = append(entries, gitstore.TreeEntry{Name: fmt.Sprintf("%04d", i), Mode: filemode.Regular, Hash: blob.Hash})
		}
		tree := gitstore.TreeObject(entries)
		author := gitstore.Signature{Name: "a", Email: "a@b", When: time.Unix(1, 0)}
		last := gitstore.CommitObject(tree.Hash, nil, author, "all")
		objects = append(slices.Concat(objects, objects), tree, last)
		if err := s.CommitDerived(t.Context(), someRef, gitstore.Hash{}, objects); err != nil {
			t.Fatal(err)
		}
		unchanged()
		gitstoretest.Fsck(t, dir)
		for i, e := range entries {
			if data, err := s.ReadBlob(e.Hash, 1<<20); err != nil || !bytes.Equal(data, objects[i].Data) {
				t.Errorf("of %d objects, number %d is %d bytes, %v", n, i, len(data), err)
			}
		}
	}
}
