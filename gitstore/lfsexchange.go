package gitstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// PushLarge gives the remote the contents of pointers that are on this machine.
// git-lfs does it, by the remote's own LFS server or beside the repository, and
// leaves out what that has. The error is [ErrNoLFS] where git-lfs is missing,
// [ErrNoLFSThere] where the remote has no LFS server.
func (r *Remote) PushLarge(ctx context.Context, o WireOptions, pointers []Pointer) error {
	if len(pointers) == 0 {
		return nil
	}
	w, err := r.largeWire(o, true)
	if err != nil {
		return err
	}
	defer w.close()
	// git-lfs sees links: it writes nothing to where contents are kept.
	offered := &LFS{store: r.store, dir: filepath.Join(w.dir, "lfs", "objects")}
	var ids bytes.Buffer
	for _, p := range pointers {
		content, err := r.store.lfs.Open(p)
		if err != nil {
			return err
		}
		content.Close()
		if err := linkContent(content.Name(), offered.Path(p)); err != nil {
			return err
		}
		fmt.Fprintln(&ids, hex.EncodeToString(p.OID[:]))
	}
	w.input = &ids
	if err := w.keepLarge(offered); err != nil {
		return err
	}
	if _, err := w.git(ctx, "lfs", "push", "--object-id", wireRemote, "--stdin"); err != nil {
		return largeError(err, "push large contents to "+r.Name)
	}
	return nil
}

// linkContent gives a content a second name.
func linkContent(file, name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	if os.Link(file, name) == nil {
		return nil
	}
	return os.Symlink(file, name)
}

// FetchLarge brings the content of a pointer from the remote. It is compared
// with its name. The error is [ErrNoLFS] where git-lfs is missing, [ErrNoLFSThere]
// where the remote has no LFS server, [ErrMissing] where it does not have the
// content, [ErrCorrupt] where it gives another one.
func (r *Remote) FetchLarge(ctx context.Context, o WireOptions, p Pointer) error {
	w, err := r.largeWire(o, false)
	if err != nil {
		return err
	}
	defer w.close()
	w.input, w.drop = bytes.NewReader(p.Bytes()), true
	incoming := r.store.lfs.incoming()
	if err := r.store.makeOwnDir(incoming.dir); err != nil {
		return err
	}
	if err := w.keepLarge(incoming); err != nil {
		return err
	}
	what := fmt.Sprintf("the large content %x", p.OID[:4])
	if _, err := w.git(ctx, "-c", "remote.lfsdefault="+wireRemote, "lfs", "smudge"); err != nil {
		os.RemoveAll(filepath.Join(filepath.Dir(incoming.dir), "logs"))
		return largeFault(err, what, r.Name)
	}
	defer os.Remove(incoming.Path(p))
	if !fileExists(incoming.Path(p)) {
		return fmt.Errorf("%s is not on %s: %w", what, r.Name, ErrMissing)
	}
	return r.store.lfs.Take(ctx, incoming, p)
}

// incoming is where git-lfs puts what it fetches, and keeps what came of a
// content when it was interrupted: the next time it goes on from there.
func (l *LFS) incoming() *LFS {
	return &LFS{store: l.store, dir: filepath.Join(filepath.Dir(l.dir), "incoming", "objects")}
}

// largeFault tells apart why a content did not come. git-lfs has one exit code
// for all.
func largeFault(err error, what, remote string) error {
	said := err.Error()
	for _, words := range []string{"missing object", "does not exist", "[404]", "[410]"} {
		if strings.Contains(said, words) {
			return fmt.Errorf("%s is not on %s: %w", what, remote, ErrMissing)
		}
	}
	if strings.Contains(said, "expected OID") || strings.Contains(said, "invalid size") {
		return fmt.Errorf("%s gives something else as %s: %w", remote, what, ErrCorrupt)
	}
	return largeError(err, "get "+what+" from "+remote)
}

// largeError leaves the names of objects, of logs that are gone, and what was
// tried before out of git-lfs's words.
func largeError(err error, doing string) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errSilent) {
		return err
	}
	said, _, _ := strings.Cut(err.Error(), " Errors logged to ")
	if hasNoLFS(said) {
		return fmt.Errorf("%s: %w", doing, ErrNoLFSThere)
	}
	for _, before := range []string{"Error downloading object: ", "Smudge error: ", "batch response: ", "batch request: "} {
		if at := strings.LastIndex(said, before); at >= 0 {
			said = said[at+len(before):]
		}
	}
	return fmt.Errorf("%s: %s", doing, said)
}

// hasNoLFS reports whether git-lfs has found nobody there to talk to: neither at
// the usual address of a web host, nor, by ssh, the command that tells one.
func hasNoLFS(said string) bool {
	said = strings.ToLower(said)
	if strings.Contains(said, "/info/lfs/objects/batch") {
		return strings.Contains(said, "not found")
	}
	for _, words := range []string{"not found", "no such file", "unrecognized command", "unknown", "exit status 127"} {
		if strings.Contains(said, "git-lfs-authenticate") && strings.Contains(said, words) {
			return true
		}
	}
	return false
}

// largeWire is a wire for git-lfs, which takes nothing but the address from it.
func (r *Remote) largeWire(o WireOptions, push bool) (*wire, error) {
	if _, err := exec.LookPath("git-lfs"); err != nil {
		return nil, ErrNoLFS
	}
	w, err := r.wire(o, push)
	if err != nil {
		return nil, err
	}
	w.large = true
	if w.lfs, err = w.lfsServer(); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// keepLarge tells git-lfs where contents are. It stands in the wire's own file:
// what the environment says, the other side would hear too where that is on
// this machine.
func (w *wire) keepLarge(l *LFS) error {
	return w.configure(fmt.Appendf(nil, "[lfs]\n\tstorage = %q\n", filepath.Dir(l.dir)))
}

// localURL is the address of a folder on this machine as a URL that says where it
// is: git-lfs does not find all that git does, with a colon or a percent sign in
// the path, or without the .git at its end. Other addresses stay as they are.
func (w *wire) localURL(address string) string {
	path := w.remote.store.config().instead(address, ".insteadof")
	if rest, ok := strings.CutPrefix(path, "file://"); ok {
		var err error
		if path, err = url.PathUnescape(rest); err != nil {
			return address
		}
	} else if before, _, ok := strings.Cut(path, ":"); ok && !strings.Contains(before, "/") {
		return address
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(w.folder(), path)
	}
	path = filepath.Clean(path)
	if !fileExists(path) && fileExists(path+".git") {
		path += ".git"
	}
	return "file://" + (&url.URL{Path: path}).EscapedPath()
}
