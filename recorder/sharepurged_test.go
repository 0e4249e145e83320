package recorder

import (
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Who still has what somebody purged keeps it, hidden, and gives it to nobody:
// neither does it come back to the remote that is rid of it, nor does one get it
// back that heard of the purge elsewhere.
func TestPurgedRunsStayAway(t *testing.T) {
	tm := newTeam(t, 3)
	id := tm.record(0, "secret")
	tm.push(0)
	tm.fetch(1)
	tm.fetch(2)
	kept := gitstoretest.Git(t, tm.dirs[1], "rev-parse", refPrefix+id+":"+record.RunFile)
	tm.edit(1, id, Edit{AddTags: []string{"mine"}})

	if _, err := tm.open(0).Purge(t.Context(), tm.one(0, id)); err != nil {
		t.Fatal(err)
	}
	tm.push(0)
	gone := func(what string) {
		t.Helper()
		if files := gitstoretest.Git(t, tm.server, "ls-tree", "--name-only", refPrefix+id); strings.TrimSpace(files) != record.NotesFile {
			t.Errorf("%s: the server has %q of the run", what, files)
		}
	}
	gone("after the purge")
	tip := gitstoretest.Git(t, tm.server, "rev-parse", refPrefix+id)
	for range 2 {
		for i := range tm.dirs {
			tm.push(i)
			gone("after a push of clone " + string(rune('0'+i)))
		}
	}
	if now := gitstoretest.Git(t, tm.server, "rev-parse", refPrefix+id); now != tip {
		t.Errorf("the note of the purge moved from %s to %s", tip, now)
	}
	if now := gitstoretest.Git(t, tm.dirs[1], "rev-parse", refPrefix+id+":"+record.RunFile); now != kept {
		t.Error("a clone lost the content that it had")
	}

	// To a remote that has not heard of it goes the note, and not the content.
	other := t.TempDir()
	gitstoretest.Git(t, other, "init", "-q", "--bare")
	if _, err := tm.open(1).Push(t.Context(), ShareOptions{Remote: other}); err != nil {
		t.Fatal(err)
	}
	if files := gitstoretest.Git(t, other, "ls-tree", "--name-only", refPrefix+id); strings.TrimSpace(files) != record.NotesFile {
		t.Errorf("another remote got %q of the run", files)
	}
	gitstoretest.Git(t, other, "fsck", "--strict")

	// Both fields taken back bring it back for all.
	run, err := tm.open(2).DeletedRun(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := tm.open(2).Undelete(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	tm.push(2)
	if files := gitstoretest.Git(t, tm.server, "ls-tree", "--name-only", refPrefix+id); !strings.Contains(files, record.RunFile) {
		t.Errorf("undeleted, the server has %q of the run", files)
	}
	for range 2 {
		for i := range tm.dirs {
			tm.push(i)
		}
	}
	for i := range tm.dirs {
		if tm.one(i, id).Info().Name != "secret" {
			t.Errorf("clone %d does not have the run again", i)
		}
	}
}
