package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore"
)

// A run whose ref somebody removed is noticed, and comes back from its objects
// with its notes; one whose objects are gone is reported once.
func TestVanishedRunsAreMended(t *testing.T) {
	b := newBench(t)
	back, lost, well := b.seal(b.run("back")), b.seal(b.run("lost")), b.seal(b.run("well"))
	p := b.open()
	for _, m := range []*made{back, lost, well} {
		if err := p.Edit(t.Context(), b.one(p, m), Edit{Title: ptr("title of " + m.Name)}); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "nothing vanished", len(must(p.Vanished())), 0)
	tip := b.one(p, back).Commit()
	for _, m := range []*made{back, lost} {
		if err := b.store.UpdateRef(t.Context(), refPrefix+m.UUID, gitstore.Hash{}, b.one(p, m).Commit()); err != nil {
			t.Fatal(err)
		}
	}
	// The lines of the one that is lost speak of commits that are not there.
	name := filepath.Join(p.Home(), ledgerName)
	data := must(os.ReadFile(name))
	p.enter(lost.UUID, gitstore.Hash{1})
	if err := os.WriteFile(name, append(dropLines(data, lost.UUID), "torn line\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	p.enter(lost.UUID, gitstore.Hash{1})

	p = b.open()
	vanished := must(p.Vanished())
	want(t, "vanished", len(vanished), 2)
	for _, v := range vanished {
		want(t, "gone for good", v.Gone, v.ID == lost.UUID)
	}
	mended, gone, err := p.Mend(t.Context())
	if err != nil || len(mended) != 1 || len(gone) != 1 {
		t.Fatal(mended, gone, err)
	}
	want(t, "mended", mended[0], Recovered{ID: back.UUID, Label: "title of back", Status: Succeeded})
	want(t, "gone", gone[0].ID, lost.UUID)
	want(t, "its ref", b.one(p, back).Commit(), tip)
	p = b.open()
	want(t, "nothing is reported again", len(must(p.Vanished())), 0)
}

// dropLines removes the lines of a run.
func dropLines(ledger []byte, uuid string) []byte {
	var kept []byte
	for len(ledger) >= uuidLength+42 {
		line := ledger[:uuidLength+42]
		ledger = ledger[len(line):]
		if string(line[:uuidLength]) != uuid {
			kept = append(kept, line...)
		}
	}
	return kept
}

// A look at the ledger of 10,000 runs is a small part of listing them.
func BenchmarkVanished(b *testing.B) {
	bench := newBench(b)
	p := bench.open()
	runs := make([]listedRun, 10_000)
	for i := range runs {
		id := fmt.Sprintf("%08x-0000-4000-8000-%012x", i*2654435761&0xffffffff, i)
		runs[i] = listedRun{id, []runCopy{{store: bench.store, hash: gitstore.Hash{1}}}}
		p.enter(id, gitstore.Hash{1}, gitstore.Hash{2}, gitstore.Hash{3})
	}
	slices.SortFunc(runs, func(a, b listedRun) int { return strings.Compare(a.uuid, b.uuid) })
	for b.Loop() {
		if len(p.compareLedger(runs)) != 0 {
			b.Fatal("a run vanished")
		}
	}
}
