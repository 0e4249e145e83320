package record

import (
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// What clones are called joins as all notes do, is bounded, and is written once.
func TestSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.UnixMilli(1_800_000_000_000)
		name := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "name")
		base := Notes{}.Set(Title, "a title", now, "a")
		ours, theirs := base.Sign("a", name, now), base.Sign("b", "Ben", now)
		if again := ours.Sign("a", name, now.Add(time.Second)); !reflect.DeepEqual(again, ours) {
			t.Fatalf("a name was written twice: %v, %v", ours, again)
		}
		joined := Join(ours, theirs)
		if !reflect.DeepEqual(joined, Join(theirs, ours)) {
			t.Fatal("the join depends on the order")
		}
		read, err := DecodeNotes(EncodeNotes(joined))
		if err != nil {
			t.Fatal(err)
		}
		got := read.Signer("a")
		if got != ours.Signer("a") || read.Signer("b") != "Ben" || read.Signer("c") != "" || len(got) > maxSigner || !utf8.ValidString(got) {
			t.Fatalf("the clones are called %q and %q", got, read.Signer("b"))
		}
	})
}
