package gitstore

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// maxOneLineRun is how many bytes a run may take each way whose source differs
// in one line, in a repository of 10,000 files.
const maxOneLineRun = 50_000

// Over http, with a password: a run of a large repository moves few bytes each
// way, though its history shares no commit with the user's, from a server that
// has a bitmap of its pack too.
func TestExchangeOverHTTP(t *testing.T) {
	b := newExchangeBench(t, 10_000)
	gitstoretest.Git(t, b.server, "repack", "-q", "-adb")
	if maps, err := filepath.Glob(filepath.Join(b.server, "objects", "pack", "*.bitmap")); err != nil || len(maps) != 1 {
		t.Fatalf("the bitmaps are %v, %v", maps, err)
	}
	for _, bitmaps := range []string{"true", "false"} {
		gitstoretest.Git(t, b.server, "config", "pack.useBitmaps", bitmaps)
		b.moveOneLine(t, "with bitmaps "+bitmaps)
	}
}

// moveOneLine pushes a run that differs in one line, fetches it, and removes it.
func (b *exchangeBench) moveOneLine(t *testing.T, line string) {
	t.Helper()
	web := gitstoretest.NewWebServer(t, filepath.Dir(b.server), false)
	for dir, name := range map[string]string{b.ours: "server", b.theirs: "origin"} {
		gitstoretest.Git(t, dir, "remote", "set-url", name, web.URL+"/server.git")
		gitstoretest.KnowPassword(t, dir)
	}
	if err := os.WriteFile(filepath.Join(b.ours, "src", "3", "3.txt"), []byte(line+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := b.run(b.store(b.ours), "refs/exprec/"+testUUID)
	defer gitstoretest.Unchanged(t, b.ours)()
	remote, listing := b.list(b.store(b.ours))
	web.In.Store(0)
	answers, err := remote.Push(t.Context(), WireOptions{}, listing, []Update{{Ref: run.Name, New: run.Hash}})
	if err != nil || len(answers) != 1 || answers[0].Reason != "" {
		t.Fatalf("push: %v, %+v", err, answers)
	}
	if n := web.In.Load(); n > maxOneLineRun {
		t.Errorf("the push took %d bytes %s", n, line)
	}
	b.fetchOne(b.store(b.theirs), run)
	if n := web.Out.Load(); n > maxOneLineRun {
		t.Errorf("the fetch took %d bytes %s", n, line)
	}
	t.Logf("pushed %d bytes, fetched %d %s", web.In.Load(), web.Out.Load(), line)
	if web.Refused.Load() == 0 {
		t.Error("nobody was asked for a password")
	}
	for _, dir := range []string{b.server, b.ours, b.theirs} {
		gitstoretest.Git(t, dir, "update-ref", "-d", run.Name)
	}
}

// fetchOne fetches a run and makes its ref.
func (b *exchangeBench) fetchOne(s *Store, want Ref) {
	b.Helper()
	remote, listing := b.list(s)
	if len(listing.Refs) != 1 || listing.Refs[0] != want {
		b.Fatalf("the remote lists %v, want %v", listing.Refs, want)
	}
	fetched, err := remote.Fetch(b.Context(), WireOptions{}, listing, listing.Refs)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.CreateRefs(b.Context(), listing.Refs); err != nil {
		b.Fatal(err)
	}
	if err := fetched.Release(); err != nil {
		b.Fatal(err)
	}
	if _, findings, err := s.Check(b.Context(), want.Hash); err != nil || len(findings) > 0 {
		b.Errorf("%v, %+v", err, findings)
	}
}

// Until refs reach what was fetched, the user's git leaves it alone, however
// thoroughly it cleans up.
func TestFetchedIsGuarded(t *testing.T) {
	b := newExchangeBench(t, 3)
	s := b.store(b.ours)
	run := b.run(s, "refs/exprec/"+testUUID)
	remote, listing := b.list(s)
	if _, err := remote.Push(t.Context(), WireOptions{}, listing, []Update{{Ref: run.Name, New: run.Hash}}); err != nil {
		t.Fatal(err)
	}
	other := b.store(b.theirs)
	remote, listing = b.list(other)
	fetched, err := remote.Fetch(t.Context(), WireOptions{}, listing, listing.Refs)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"gc -q --prune=now --aggressive", "repack -a -d -q", "prune --expire=now", "maintenance run --task=gc --task=incremental-repack --quiet"} {
		gitstoretest.Git(t, b.theirs, strings.Fields(args)...)
	}
	if err := other.CreateRefs(t.Context(), listing.Refs); err != nil {
		t.Fatal(err)
	}
	if err := fetched.Release(); err != nil {
		t.Fatal(err)
	}
	gitstoretest.Git(t, b.theirs, "gc", "-q", "--prune=now")
	gitstoretest.Fsck(t, b.theirs)
	if _, findings, err := other.Check(t.Context(), run.Hash); err != nil || len(findings) > 0 {
		t.Errorf("%v, %+v", err, findings)
	}
	// What no ref ever reached goes as everything else does.
	gitstoretest.Git(t, b.theirs, "update-ref", "-d", run.Name)
	gitstoretest.Git(t, b.theirs, "gc", "-q", "--prune=now")
	if other := b.store(b.theirs); other.Has(run.Hash) {
		t.Error("the objects are kept for ever")
	}
}

// A token that may only read: the push says so, the fetch works.
func TestPushMayNotWrite(t *testing.T) {
	b := newExchangeBench(t, 3)
	web := gitstoretest.NewWebServer(t, filepath.Dir(b.server), true)
	gitstoretest.Git(t, b.ours, "remote", "set-url", "server", web.URL+"/server.git")
	gitstoretest.KnowPassword(t, b.ours)
	run := b.run(b.store(b.ours), "refs/exprec/"+testUUID)
	remote, listing := b.list(b.store(b.ours))
	_, err := remote.Push(t.Context(), WireOptions{}, listing, []Update{{Ref: run.Name, New: run.Hash}})
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("the error is %v", err)
	}
}

// A password in an address is shown nowhere.
func TestPasswordIsNeverShown(t *testing.T) {
	b := newExchangeBench(t, 3)
	web := gitstoretest.NewWebServer(t, filepath.Dir(b.server), false)
	address := strings.Replace(web.URL, "http://", "http://team:CANARY@", 1) + "/server.git"
	remote, err := b.store(b.ours).Remote(address)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	_, err = remote.List(t.Context(), WireOptions{Progress: func(line string) { said = append(said, line) }}, "refs/exprec/")
	if err == nil {
		t.Fatal("a wrong password was good enough")
	}
	if text := fmt.Sprint(err, said, remote.Name); strings.Contains(text, "CANARY") {
		t.Errorf("the password was shown: %s", text)
	}
	if left := namesIn(filepath.Join(b.ours, ".git", "exprec", "wire")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A server that says nothing does not hold anybody for ever.
func TestSilentServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := newExchangeBench(t, 1).store(gitstoretest.New(t))
	remote, err := s.Remote("git://" + listener.Addr().String() + "/x.git")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = remote.List(t.Context(), WireOptions{Silence: 200 * time.Millisecond}, "refs/exprec/"); err == nil || !strings.Contains(err.Error(), errSilent.Error()) {
		t.Errorf("the error is %v", err)
	}
}

// Over ssh, with a key and options of the user's own.
func TestExchangeOverSSH(t *testing.T) {
	b := newExchangeBench(t, 200)
	command, port := gitstoretest.SSHServer(t)
	address := fmt.Sprintf("ssh://root@127.0.0.1:%d", port)
	for dir, name := range map[string]string{b.ours: "server", b.theirs: "origin"} {
		gitstoretest.Git(t, dir, "remote", "set-url", name, address+b.server)
		gitstoretest.Git(t, dir, "config", "core.sshCommand", command)
	}
	run := b.run(b.store(b.ours), "refs/exprec/"+testUUID)
	remote, listing := b.list(b.store(b.ours))
	answers, err := remote.Push(t.Context(), WireOptions{}, listing, []Update{{Ref: run.Name, New: run.Hash}})
	if err != nil || len(answers) != 1 || answers[0].Reason != "" {
		t.Fatalf("push: %v, %+v", err, answers)
	}
	b.fetchOne(b.store(b.theirs), run)
}

// Large contents go to a remote and come from it, by git-lfs.
func TestLargeContentsGoAlong(t *testing.T) {
	b := newExchangeBench(t, 1)
	file := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(file, []byte(strings.Repeat("large content\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	ours := b.store(b.ours)
	pointer, err := ours.LFS().Put(t.Context(), file, false)
	if err != nil {
		t.Fatal(err)
	}
	defer gitstoretest.Unchanged(t, b.ours)()
	defer gitstoretest.Unchanged(t, b.theirs)()
	remote, _ := b.list(ours)
	for range 2 { // the second time there is nothing to do
		if err := remote.PushLarge(t.Context(), WireOptions{}, []Pointer{pointer}); err != nil {
			t.Fatal(err)
		}
	}
	theirs := b.store(b.theirs)
	remote, _ = b.list(theirs)
	if err := remote.FetchLarge(t.Context(), WireOptions{}, pointer); err != nil {
		t.Fatal(err)
	}
	content, err := theirs.LFS().Open(pointer)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if data, err := io.ReadAll(content); err != nil || len(data) != 14_000 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	missing := pointer
	missing.OID[0]++
	if err := remote.FetchLarge(t.Context(), WireOptions{}, missing); err == nil {
		t.Error("a content came that nobody has")
	}
}
