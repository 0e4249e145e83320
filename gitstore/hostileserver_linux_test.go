package gitstore

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// nobodys is a hash that no object has.
const nobodys = "1234567890123456789012345678901234567890"

// hostileRun is a run's ref of a server that says it has one.
func hostileRun(hash string) [][2]string { return [][2]string{{hash, "refs/exprec/" + testUUID}} }

// endless writes the same again and again, until nobody reads it any more.
func endless(w io.Writer, pause time.Duration, p []byte) error {
	for {
		if _, err := w.Write(p); err != nil {
			return err
		}
		time.Sleep(pause)
	}
}

// object is the hash of content, and the object of a pack that has it.
func object(kind int, content []byte) (string, gitstoretest.PackObject) {
	name := map[int]string{gitstoretest.PackCommit: "commit", gitstoretest.PackTree: "tree", gitstoretest.PackBlob: "blob"}[kind]
	sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", name, len(content)), content...))
	return fmt.Sprintf("%x", sum), gitstoretest.PackObject{Kind: kind, Data: content}
}

// aCommit is a commit of an empty tree, which names another tree than it where
// one is given.
func aCommit(tree string) (string, gitstoretest.PackObject) {
	who := " a <a@b> 1 +0000\n"
	return object(gitstoretest.PackCommit, []byte("tree "+tree+"\nauthor"+who+"committer"+who+"\nx\n"))
}

// A server that lies, floods, drips or bombs is given up in bounded time with
// one clear sentence, and leaves nothing behind.
func TestHostileServersAreGivenUp(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "config", "exprec.maxFetch", "8m")
	s := openIn(t, dir)
	defer gitstoretest.Unchanged(t, dir)()

	emptyTree, emptyObject := object(gitstoretest.PackTree, nil)
	commit, commitObject := aCommit(emptyTree)
	torn, tornObject := aCommit(nobodys)
	good := gitstoretest.Pack(commitObject, emptyObject)
	flipped := bytes.Clone(good)
	flipped[20] ^= 4
	noise := make([]byte, 60_000)
	rand.NewChaCha8([32]byte{}).Read(noise)
	packOf := func(pack []byte) func(*gitstoretest.FakeConn) error {
		return func(c *gitstoretest.FakeConn) error { return c.SendPack(pack) }
	}
	impatient := WireOptions{Silence: 300 * time.Millisecond, Patience: 500 * time.Millisecond, Longest: 700 * time.Millisecond}
	for what, test := range map[string]struct {
		server  gitstoretest.FakeServer
		options WireOptions
		want    string
	}{
		"words without end": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: func(c *gitstoretest.FakeConn) error {
			return endless(c.Band(2), 0, bytes.Repeat([]byte("patience \x1b]0;x\a\n"), 3000))
		}}, WireOptions{}, errTalk.Error()},
		"dripping words": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: func(c *gitstoretest.FakeConn) error {
			return endless(c.Band(2), 20*time.Millisecond, []byte("still counting\n"))
		}}, impatient, errIdle.Error()},
		"a dripping pack": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: func(c *gitstoretest.FakeConn) error {
			if _, err := c.Band(1).Write(append([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01"), gitstoretest.PackEntry(gitstoretest.PackObject{Kind: gitstoretest.PackBlob, Data: noise, Size: 1 << 30})[:50_000]...)); err != nil {
				return err
			}
			return endless(c.Band(1), 20*time.Millisecond, noise[:10])
		}}, impatient, "the remote "},
		"silence": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: func(c *gitstoretest.FakeConn) error {
			return c.Wait()
		}}, impatient, errSilent.Error()},
		"objects without end": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: func(c *gitstoretest.FakeConn) error {
			if _, err := c.Band(1).Write([]byte("PACK\x00\x00\x00\x02\x00\xff\xff\xff")); err != nil {
				return err
			}
			return endless(c.Band(1), time.Millisecond, gitstoretest.PackEntry(gitstoretest.PackObject{Kind: gitstoretest.PackBlob, Data: noise}))
		}}, WireOptions{}, errLarge.Error()},
		"nothing":           {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: packOf(gitstoretest.Pack())}, WireOptions{}, "did not send all necessary objects"},
		"another object":    {gitstoretest.FakeServer{Refs: hostileRun(nobodys), Pack: packOf(good)}, WireOptions{}, "did not send all necessary objects"},
		"a torn commit":     {gitstoretest.FakeServer{Refs: hostileRun(torn), Pack: packOf(gitstoretest.Pack(tornObject))}, WireOptions{}, "did not receive expected object"},
		"a flipped bit":     {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: packOf(flipped)}, WireOptions{}, "index-pack"},
		"half of a pack":    {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: packOf(good[:len(good)/2])}, WireOptions{}, "early EOF"},
		"no pack":           {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: packOf([]byte("<html>not found</html>"))}, WireOptions{}, "pack"},
		"its last words":    {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: func(c *gitstoretest.FakeConn) error { _, err := c.Band(3).Write([]byte("go away")); return err }}, WireOptions{}, "go away"},
		"a blob for a run":  {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: packOf(gitstoretest.Pack(gitstoretest.PackObject{Kind: gitstoretest.PackBlob, Data: commitObject.Data}))}, WireOptions{}, "did not send all necessary objects"},
		"more than it says": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: packOf(gitstoretest.Pack(gitstoretest.PackObject{Kind: gitstoretest.PackBlob, Data: noise, Size: 10}))}, WireOptions{}, "index-pack"},
		"a delta on nothing": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: packOf(gitstoretest.Pack(gitstoretest.PackObject{Kind: gitstoretest.PackDelta, Base: nobodys, Data: gitstoretest.Zeros(1<<16, 1<<20)}))},
			WireOptions{}, "index-pack"},
		"a delta bomb": {gitstoretest.FakeServer{Refs: hostileRun(commit), Pack: func(c *gitstoretest.FakeConn) error {
			zeros, blob := object(gitstoretest.PackBlob, make([]byte, 1<<16))
			return c.SendPack(gitstoretest.Pack(commitObject, emptyObject, blob, gitstoretest.PackObject{Kind: gitstoretest.PackDelta, Base: zeros, Data: gitstoretest.Zeros(1<<16, 4<<30)}))
		}}, WireOptions{}, errMemory.Error()},
	} {
		t.Run(what, func(t *testing.T) {
			err := exchange(t, s, test.server.Serve(t), test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %v, want %q", err, test.want)
			}
			if left := namesIn(filepath.Join(dir, ".git", "exprec", "wire")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if left := namesIn(filepath.Join(dir, ".git", "objects", "pack")); len(left) > 0 {
				t.Errorf("came into the store: %v", left)
			}
		})
	}
	gitstoretest.Fsck(t, dir)
}

// exchange lists and fetches what an address has, in bounded time.
func exchange(t *testing.T, s *Store, address string, o WireOptions) error {
	t.Helper()
	patience := 20 * time.Second
	if os.Getenv("EXPREC_HOSTILE") == "full" {
		patience = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	remote, err := s.Remote(address)
	if err != nil {
		return err
	}
	l, err := remote.List(ctx, o, "refs/exprec/")
	if err != nil {
		return err
	}
	fetched, err := remote.Fetch(ctx, o, l, l.Refs)
	if err == nil {
		fetched.Discard()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("only the test's own deadline ended it")
	}
	return err
}

// A flood of refs ends at a number, and so does one that never ends; names that
// are no refs are passed over.
func TestHostileListings(t *testing.T) {
	dir := gitstoretest.New(t)
	s := openIn(t, dir)
	commit, _ := aCommit(nobodys)
	strange := gitstoretest.FakeServer{Refs: hostileRun(commit), More: func(c *gitstoretest.FakeConn) error {
		for _, name := range []string{"refs/heads/../../x", "refs/exprec/<script>", "refs/exprec/-x", "refs/exprec/\u202e", "refs/other/x", "refs/exprec/a.lock", "refs/exprec/a b", "config", "refs/exprec/\x1b[31m", "--upload-pack=x"} {
			if err := c.Say(commit + " " + name + "\n"); err != nil {
				return err
			}
		}
		return nil
	}}
	remote, err := s.Remote(strange.Serve(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := remote.List(t.Context(), WireOptions{}, "refs/exprec/")
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range l.Refs {
		if !strings.HasPrefix(ref.Name, "refs/exprec/") || checkRefName(ref.Name) != nil {
			t.Errorf("a ref %q was taken", ref.Name)
		}
	}
	if len(l.Refs) != 4 {
		t.Errorf("the listing is %v", l.Refs)
	}
	flood := gitstoretest.FakeServer{Refs: hostileRun(commit), More: func(c *gitstoretest.FakeConn) error {
		for i := 0; ; i++ {
			if err := c.Say(fmt.Sprintf("%s refs/exprec/%d\n", commit, i)); err != nil {
				return err
			}
		}
	}}
	o := WireOptions{Silence: 300 * time.Millisecond}
	if os.Getenv("EXPREC_HOSTILE") == "full" { // until git may take no more memory
		o.Silence = 0
	}
	if err := exchange(t, s, flood.Serve(t), o); err == nil || !strings.Contains(err.Error(), "the remote") {
		t.Errorf("the error is %v", err)
	}
}

// openIn opens the store of a repository.
func openIn(t *testing.T, dir string) *Store {
	t.Helper()
	s, _ := openStore(t, dir)
	return s
}
