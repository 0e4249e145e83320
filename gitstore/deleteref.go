package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// deleteRef removes a ref whose lock the caller holds: the line in packed-refs
// first, so that the packed value never shows through.
func (s *Store) deleteRef(ctx context.Context, name, file string) error {
	if err := s.dropPacked(ctx, name); err != nil {
		return err
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	return syncDir(filepath.Dir(file))
}

// dropPacked takes one ref, and the line of what it peels to, out of
// packed-refs. Every other line stays byte for byte.
func (s *Store) dropPacked(ctx context.Context, name string) error {
	file := filepath.Join(s.dir, packedRefsFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := s.lock(ctx, file)
	if err != nil {
		return err
	}
	defer lock.release()
	old, err := readBounded(file, maxPackedRefs)
	if err != nil {
		return err
	}
	kept := withoutRef(old, name)
	if len(kept) == len(old) {
		return nil
	}
	return lock.replace(kept, s.fileMode(0o666))
}

// checkRefName refuses what git check-ref-format refuses, and whatever would
// leave the folder of refs.
func checkRefName(name string) error {
	bad := !strings.HasPrefix(name, "refs/") || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".") ||
		strings.Contains(name, "..") || strings.Contains(name, "@{") || strings.ContainsAny(name, " ~^:?*[\\\x7f")
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock")
	}
	for _, b := range []byte(name) {
		bad = bad || b < 0x20
	}
	if bad {
		return fmt.Errorf("the ref name %.80q is none that git allows: %w", name, ErrUnsafe)
	}
	return nil
}
