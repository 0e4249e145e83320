package record

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// edit is what a person does to the notes of one clone.
func edit(t *rapid.T, n Notes, clone string, now time.Time) Notes {
	field := rapid.SampledFrom([]string{Title, Description, Archived, "a later field"}).Draw(t, "field")
	value := rapid.SampledFrom([]string{"one", "two", "\xff", ""}).Draw(t, "value")
	switch rapid.IntRange(0, 5).Draw(t, "edit") {
	case 0:
		return n.Unset(field, now, clone)
	case 1:
		return n.SetTag("good", drawBool(t), now, clone)
	case 2:
		if lost := n.Earlier(field); len(lost) > 0 {
			return n.Dismiss(field, lost[0].Stamp)
		}
	}
	return n.Set(field, value, now, clone)
}

// drawClones lets five clones edit and, now and then, fetch from each other,
// each with a clock that may be wrong.
func drawClones(t *rapid.T) []Notes {
	clones := make([]Notes, 5)
	for range rapid.IntRange(0, 25).Draw(t, "steps") {
		at := rapid.IntRange(0, 4).Draw(t, "clone")
		if rapid.IntRange(0, 2).Draw(t, "fetch") == 0 {
			clones[at] = Join(clones[at], clones[rapid.IntRange(0, 4).Draw(t, "from")])
			continue
		}
		now := time.UnixMilli(1_764_000_000_000 + rapid.Int64Range(-5, 5).Draw(t, "clock"))
		if rapid.IntRange(0, 9).Draw(t, "wrong clock") == 0 {
			now = now.Add(72 * time.Hour)
		}
		clones[at] = edit(t, clones[at], fmt.Sprintf("clone-%d", at), now)
	}
	return clones
}

func equal(t *rapid.T, law string, a, b Notes) {
	t.Helper()
	if x, y := EncodeNotes(a), EncodeNotes(b); !bytes.Equal(x, y) {
		t.Fatalf("%s: %q and %q", law, x, y)
	}
	if a.Newest() != b.Newest() {
		t.Fatalf("%s: dates %v and %v", law, a.Newest(), b.Newest())
	}
}

func TestJoinLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clones := drawClones(t)
		a, b, c := clones[0], clones[1], clones[2]
		equal(t, "commutative", Join(a, b), Join(b, a))
		equal(t, "associative", Join(Join(a, b), c), Join(a, Join(b, c)))
		equal(t, "idempotent", Join(a, a), a)
		equal(t, "twice", Join(Join(a, b), b), Join(a, b))
		equal(t, "nothing is neutral", Join(a, Notes{}), a)
	})
}

// Five clones that push and fetch in any order end with equal bytes.
func TestClonesConverge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clones := drawClones(t)
		var want Notes
		for _, n := range clones {
			want = Join(want, n)
		}
		remote := Notes{}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 2 { // after the second round each has seen all
			for _, i := range random.Perm(5) {
				decoded, err := DecodeNotes(EncodeNotes(Join(remote, clones[i])))
				if err != nil {
					t.Fatal(err)
				}
				remote, clones[i] = decoded, decoded
			}
		}
		for _, n := range clones {
			equal(t, "converged", n, want)
		}
	})
}

func TestNotesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Join(drawClones(t)[0], drawClones(t)[1])
		data := EncodeNotes(n)
		readable(t, data)
		got, err := DecodeNotes(data)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "decoded", got, n)
		if !reflect.DeepEqual(got.AllTags(nil), n.AllTags(nil)) {
			t.Fatal("tags differ")
		}
	})
}

// No word is lost: a text is there until somebody who saw it replaced or
// dismissed it.
func TestConcurrentWordsStay(t *testing.T) {
	now := time.UnixMilli(1_764_000_000_000)
	base := Notes{}.Set(Title, "old", now, "a")
	a := base.Set(Title, "by a", now.Add(time.Second), "a")
	b := base.Set(Title, "by b", now.Add(2*time.Second), "b")
	both := Join(a, b)
	if title, _ := both.Get(Title); title != "by b" {
		t.Errorf("the title is %q", title)
	}
	lost := both.Earlier(Title)
	if len(lost) != 1 || lost[0].Value != "by a" {
		t.Fatalf("lost %+v: the one that a replaced must be gone, that of a must stay", lost)
	}
	again := both.Set(Title, "newest", now, "a")
	if title, _ := again.Get(Title); title != "newest" || len(again.Earlier(Title)) != 1 {
		t.Errorf("%q, earlier %+v", title, again.Earlier(Title))
	}
	done := Join(again.Dismiss(Title, lost[0].Stamp), both)
	if title, _ := done.Get(Title); title != "newest" || len(done.Earlier(Title)) != 0 {
		t.Errorf("%q, earlier %+v", title, done.Earlier(Title))
	}
	if flags := Join(base.Set(Archived, "true", now, "a"), base.Set(Archived, "true", now, "b")); len(flags.Set(Archived, "false", now, "a").Earlier(Archived)) != 0 {
		t.Error("a flag keeps words")
	}
}

// An edit is later than all its writer saw, whatever its clock says, but does
// not follow a clock that is days ahead; it still replaces what that one said.
func TestHybridTime(t *testing.T) {
	now := time.UnixMilli(1_764_000_000_000)
	n := Notes{}.Set(Title, "from tomorrow's morning", now.Add(10*time.Hour), "a").Set(Title, "now", now, "b")
	if title, _ := n.Get(Title); title != "now" {
		t.Errorf("the title is %q", title)
	}
	wrong := Notes{}.Set(Title, "from 2100", now.AddDate(74, 0, 0), "a")
	if ahead := wrong.Ahead(now); !slices.Equal(ahead, []string{Title}) {
		t.Errorf("ahead: %q", ahead)
	}
	mended := wrong.Set(Title, "now", now, "b")
	values := mended.Fields[Title].Values
	if len(values) != 1 || values[0].Value != "now" || values[0].Time != now.UnixMilli() || len(mended.Ahead(now)) != 0 {
		t.Errorf("%+v", values)
	}
	for _, clock := range []time.Time{time.Unix(-5, 0), time.UnixMilli(maxStamp + 5)} {
		n := Notes{}.Set(Title, "x", clock, "a").Set(Title, "y", clock, "a").Set(Title, "z", clock, "a")
		if _, err := DecodeNotes(EncodeNotes(n)); err != nil {
			t.Errorf("clock %v: %v", clock, err)
		}
	}
}

func TestTags(t *testing.T) {
	now := time.UnixMilli(1)
	n := Notes{}.SetTag("new", true, now, "a").SetTag("old", false, now, "a").SetTag("gone", true, now, "a").SetTag("gone", false, now, "a")
	if got := n.AllTags([]string{"old", "kept", "new"}); !slices.Equal(got, []string{"kept", "new"}) {
		t.Errorf("tags %q", got)
	}
	if got := (Notes{}).AllTags([]string{"b", "a"}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("tags %q", got)
	}
}

func TestEditsLeaveTheirSourceAlone(t *testing.T) {
	now := time.UnixMilli(1_764_000_000_000)
	n := Join(Notes{}.Set(Title, "a", now, "a"), Notes{}.Set(Title, "b", now, "b")).SetTag("x", true, now, "a")
	before := EncodeNotes(n)
	n.Set(Title, "c", now, "a")
	n.Unset(Title, now, "a")
	n.SetTag("x", false, now, "a")
	n.Dismiss(Title, n.Earlier(Title)[0].Stamp)
	Join(n, n.Set(Description, "d", now, "a"))
	if !bytes.Equal(EncodeNotes(n), before) {
		t.Error("an edit changed the notes it began with")
	}
}

func TestNotesOfLaterVersionsJoin(t *testing.T) {
	later := func(value byte) Notes {
		n, err := DecodeNotes(file("polls", []byte{value}))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	one, two := Join(later(1), later(2)), Join(later(2), later(1))
	if !bytes.Equal(EncodeNotes(one), EncodeNotes(two)) || !strings.Contains(string(EncodeNotes(one)), "polls\x02") {
		t.Errorf("%q, %q", EncodeNotes(one), EncodeNotes(two))
	}
}
