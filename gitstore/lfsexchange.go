package gitstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
)

// PushLarge gives the remote the contents of pointers that are on this machine.
// git-lfs does it, by the remote's own LFS server or beside the repository, and
// leaves out what that has. The error is [ErrNoLFS] where git-lfs is missing.
func (r *Remote) PushLarge(ctx context.Context, o WireOptions, pointers []Pointer) error {
	if len(pointers) == 0 {
		return nil
	}
	w, err := r.largeWire(o, true)
	if err != nil {
		return err
	}
	defer w.close()
	lfs := r.store.lfs
	for _, dir := range append([]string{lfs.dir}, lfs.others...) {
		var ids bytes.Buffer
		pointers = slices.DeleteFunc(pointers, func(p Pointer) bool {
			if !fileExists(lfsPath(dir, p)) {
				return false
			}
			fmt.Fprintln(&ids, hex.EncodeToString(p.OID[:]))
			return true
		})
		if ids.Len() == 0 {
			continue
		}
		w.input = &ids
		if err := w.keepLarge(dir); err != nil {
			return err
		}
		if _, err := w.git(ctx, "lfs", "push", "--object-id", wireRemote, "--stdin"); err != nil {
			return err
		}
	}
	return nil
}

// FetchLarge brings the content of a pointer from the remote. It is compared
// with its name. The error is [ErrNoLFS] where git-lfs is missing, [ErrMissing]
// where the remote does not have it.
func (r *Remote) FetchLarge(ctx context.Context, o WireOptions, p Pointer) error {
	w, err := r.largeWire(o, false)
	if err != nil {
		return err
	}
	defer w.close()
	w.input, w.drop = bytes.NewReader(p.Bytes()), true
	lfs := r.store.lfs
	if err := r.store.makeOwnDir(lfs.dir); err != nil {
		return err
	}
	if err := w.keepLarge(lfs.dir); err != nil {
		return err
	}
	if _, err := w.git(ctx, "-c", "remote.lfsdefault="+wireRemote, "lfs", "smudge"); err != nil {
		return err
	}
	content, err := lfs.Open(p)
	if err != nil {
		return fmt.Errorf("large content %x is not on %s: %w", p.OID[:4], r.Name, err)
	}
	return content.Close()
}

// largeWire is a wire for git-lfs, which takes nothing but the address from it.
func (r *Remote) largeWire(o WireOptions, push bool) (*wire, error) {
	if _, err := exec.LookPath("git-lfs"); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoLFS, err)
	}
	w, err := r.wire(o, push)
	if err == nil {
		w.large = true
	}
	return w, err
}

// keepLarge tells git-lfs where contents are kept. It stands in the wire's own
// file: what the environment says, the other side would hear too where that is
// on this machine.
func (w *wire) keepLarge(objects string) error {
	return w.configure(fmt.Appendf(nil, "[lfs]\n\tstorage = %q\n", filepath.Dir(objects)))
}
