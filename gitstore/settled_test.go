package gitstore

import (
	"os"
	"path/filepath"
	"testing"
)

// A private store's objects are stood on by a store that is opened later, but
// not those of a pack that a commit is still at work on.
func TestWhatIsSettled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store.git")
	first, err := OpenPrivate(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	tree := NewTree()
	tree.AddBytes("a", []byte("x"))
	h, err := first.Commit(t.Context(), Commit{Ref: "refs/exprec/x", Tree: tree, Message: "x"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenPrivate(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if !again.settled(h) {
		t.Error("a finished commit is not settled")
	}
	packs, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack"))
	keep := packs[0][:len(packs[0])-len(".pack")] + keepEnd
	if err := os.WriteFile(keep, keepText(h, "refs/exprec/x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again.settled(h) {
		t.Error("a commit at work is settled")
	}
}
