package recorder

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// archive makes an archive of runs on the server, object by object, and removes
// the refs of the runs there.
func (tm *team) archive(month string, ids ...string) (hash gitstore.Hash, objects []gitstore.NewObject) {
	tm.Helper()
	tips := map[string]gitstore.Hash{}
	for _, id := range ids {
		tips[id] = hashOf(tm, tm.server, refPrefix+id)
	}
	hash, objects = archiveObjects(sortedRuns(tips))
	for _, o := range objects {
		gitstoretest.Object(tm, tm.server, o.Type.String(), o.Data)
	}
	gitstoretest.Git(tm, tm.server, "update-ref", archivePrefix+month, hash.String())
	for _, id := range ids {
		gitstoretest.Git(tm, tm.server, "update-ref", "-d", refPrefix+id)
	}
	return hash, objects
}

// loose is the file of an object of the server.
func (tm *team) loose(h gitstore.Hash) string {
	return filepath.Join(tm.server, "objects", h.String()[:2], h.String()[2:])
}

// point lets a ref of the server stand for any object.
func (tm *team) point(ref, hash string) {
	tm.Helper()
	put(tm, filepath.Join(tm.server, filepath.FromSlash(ref)), hash+"\n")
}

// damages are what can be wrong with an archive of the server, and what is said
// of it.
var damages = []struct {
	name, reason string
	do           func(tm *team, ref string, objects []gitstore.NewObject)
}{
	{"truncated tree", "not whole", func(tm *team, _ string, objects []gitstore.NewObject) {
		if err := errors.Join(os.Chmod(tm.loose(objects[0].Hash), 0o600), os.Truncate(tm.loose(objects[0].Hash), 20)); err != nil {
			tm.Fatal(err)
		}
	}},
	{"missing tree", "not whole", func(tm *team, _ string, objects []gitstore.NewObject) {
		if err := os.Remove(tm.loose(objects[0].Hash)); err != nil {
			tm.Fatal(err)
		}
	}},
	{"other parents", "not those of the runs", func(tm *team, ref string, objects []gitstore.NewObject) {
		tm.point(ref, gitstoretest.Commit(tm, tm.server, objects[len(objects)-2].Hash.String()))
	}},
	{"a blob", "", func(tm *team, ref string, _ []gitstore.NewObject) {
		tm.point(ref, gitstoretest.Object(tm, tm.server, "blob", []byte("x")))
	}},
	{"a bomb", "it holds", func(tm *team, ref string, _ []gitstore.NewObject) {
		tm.point(ref, tm.holding(make([]byte, 65<<20)))
	}},
	{"more than is taken", "", func(tm *team, ref string, _ []gitstore.NewObject) {
		noise := make([]byte, 4<<20)
		_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
		tm.point(ref, tm.holding(noise)) // some of it may be here before it is seen to be too much
	}},
	{"wrong entries", "it holds", func(tm *team, ref string, _ []gitstore.NewObject) { // of this month
		tm.point(ref, tm.holding([]byte("x")))
	}},
}

// holding is a commit on the server with one file.
func (tm *team) holding(content []byte) string {
	tm.Helper()
	blob := gitstoretest.Object(tm, tm.server, "blob", content)
	return gitstoretest.Commit(tm, tm.server, gitstoretest.Object(tm, tm.server, "tree", gitstoretest.Entry(tm, "100644", "0b", blob)))
}

// Archives that cannot be read keep nothing else away. They stay as they are, the
// summary names them, and their runs come back where somebody has them.
func TestUnreadArchives(t *testing.T) {
	tm := archiving(t, 3, 0)
	bad := len(damages)
	ids := tm.several(0, bad+4)
	good, lost := slices.Sorted(slices.Values(ids[bad:])), slices.Sorted(slices.Values(ids[:bad]))
	tm.push(0)
	tm.archive("2020-01", ids[bad:bad+2]...)
	refs, hashes, made := make([]string, bad), make([]string, bad), make([][]gitstore.NewObject, bad)
	months := make([]string, bad)
	for i := range damages {
		if months[i] = fmt.Sprintf("2021-%02d", i+1); i == bad-1 {
			months[i] = time.Now().UTC().Format("2006-01")
		}
		_, made[i] = tm.archive(months[i], ids[i])
		refs[i] = archivePrefix + months[i]
	}
	if shared, err := tm.open(2).FetchLight(t.Context(), ShareOptions{}); err != nil || len(shared.Light) != len(ids) {
		t.Fatalf("before the damage: %+v, %v", shared, err)
	}
	for i, d := range damages {
		d.do(tm, refs[i], made[i])
		hashes[i] = hashOf(t, tm.server, refs[i]).String()
	}
	for _, dir := range tm.dirs {
		gitstoretest.Git(t, dir, "config", "exprec.rollUp", "2")
		gitstoretest.Git(t, dir, "config", "exprec.maxFetch", "2m")
		defer gitstoretest.Unchanged(t, dir)()
	}
	named := func(shared *Shared, from int) {
		t.Helper()
		if len(shared.Unread) != bad-from {
			t.Errorf("not read: %+v", shared.Unread)
		}
		for i, d := range damages {
			at := slices.IndexFunc(shared.Unread, func(a UnreadArchive) bool { return a.Month == months[i] })
			if i >= from && (at < 0 || !strings.Contains(shared.Unread[at].Reason, d.reason) || strings.Contains(shared.Unread[at].Reason, "\n")) {
				t.Errorf("%s: not read: %+v", d.name, shared.Unread)
			}
			if now := hashOf(t, tm.server, refs[i]).String(); now != hashes[i] {
				t.Errorf("%s: the archive was %s and is %s", d.name, hashes[i], now)
			}
		}
		if err := shared.Err(); err == nil || !strings.Contains(err.Error(), " of origin was not read") {
			t.Errorf("the error is %v", err)
		}
	}
	shared := tm.fetch(1)
	named(shared, 0)
	if slices.Sort(shared.New); !slices.Equal(shared.New, good) || len(shared.Refused) != 0 {
		t.Errorf("the fetch: %+v", shared)
	}
	shared = tm.push(1)
	if named(shared, 0); shared.Same != len(good) || len(shared.New) != 0 || shared.RolledUp != 0 {
		t.Errorf("the push: %+v", shared)
	}
	// Who had its runs lightly, or knew that the remote has them, still does. What
	// is in the first two is known there from before.
	light, err := tm.open(2).FetchLight(t.Context(), ShareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	named(light, 2)
	if rows := must(tm.open(2).Rows(t.Context(), "")); rows.Len() != len(ids) {
		t.Errorf("%d runs are known lightly", rows.Len())
	}
	if shared := tm.fetch(0); shared.Same != len(good) {
		t.Errorf("the fetch of who has all: %+v", shared)
	}
	if states := tm.one(0, lost[0]).Remotes(); len(states) != 1 {
		t.Errorf("the remotes of a run in an archive are %v", states)
	}
	if _, err := tm.open(1).Fetch(t.Context(), ShareOptions{Runs: lost[:1]}); err == nil || errors.Is(err, ErrNoRun) || !strings.Contains(err.Error(), "was not read") {
		t.Errorf("the fetch of a run in an archive: %v", err)
	}
	// Who has its runs gives them to the remote again. They stay refs there.
	shared = tm.push(0)
	named(shared, 0)
	if slices.Sort(shared.New); !slices.Equal(shared.New, lost) || shared.RolledUp != 0 {
		t.Errorf("the push of who has its runs: %+v", shared)
	}
	shared = tm.fetch(1)
	if named(shared, 0); len(shared.New) != bad || shared.Same != len(good) {
		t.Errorf("the fetch of what was in them: %+v", shared)
	}
	removed, err := tm.open(0).RemoveRemote(t.Context(), ShareOptions{Runs: lost[:1]})
	if err != nil || !slices.Equal(removed.Updated, lost[:1]) {
		t.Errorf("removed: %+v, %v", removed, err)
	}
	named(removed, 0)
	// When somebody has removed them, all is as ever.
	if err := os.Remove(tm.loose(made[0][0].Hash)); err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		if err := os.Remove(filepath.Join(tm.server, filepath.FromSlash(ref))); err != nil {
			t.Fatal(err)
		}
	}
	tm.push(0)
	if shared := tm.fetch(1); shared.Err() != nil {
		t.Error(shared.Err())
	}
	tm.fetch(2)
	tm.sameRuns()
	if refs, archives := tm.there(); len(refs) != 1 || len(archives) != 2 {
		t.Errorf("the server has the runs %q and the archives %q", refs, archives)
	}
}

// An archive that the remote has lost a part of is read, and what is left of its
// runs comes.
func TestArchiveWithoutItsParents(t *testing.T) {
	tm := archiving(t, 2, 0)
	ids := tm.several(0, 4)
	tm.push(0)
	_, objects := tm.archive("2020-01", ids[:2]...)
	lost := hashOf(t, tm.dirs[0], refPrefix+ids[0])
	if err := os.Remove(tm.loose(objects[1].Hash)); err != nil {
		t.Fatal(err)
	}
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	if shared := tm.fetch(1); len(shared.New) != 4 || shared.Err() != nil {
		t.Errorf("the fetch: %+v", shared)
	}
	tm.sameRuns()
	if got := hashOf(t, tm.dirs[1], refPrefix+ids[0]); got != lost {
		t.Errorf("the run is %s, and was %s", got, lost)
	}
	tm.edit(1, ids[0], Edit{AddTags: []string{"good"}})
	if shared := tm.push(1); !slices.Equal(shared.Updated, ids[:1]) || shared.Err() != nil {
		t.Errorf("the push: %+v", shared)
	}
}
