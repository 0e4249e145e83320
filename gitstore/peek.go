package gitstore

import (
	"context"
	"fmt"
	"strings"
)

// maxPeeked bounds what comes of each commit that is looked at, in bytes: the
// trees of a million runs have less than half of it.
const maxPeeked = 128 << 20

// Peek lets read look at commits that refs of a remote stand for: each comes
// with its tree, without the commits before it and without what its gitlinks
// name. The store that read gets is a scratch one that has the objects of this
// one too; it is removed afterwards.
func (r *Remote) Peek(ctx context.Context, o WireOptions, refs []Ref, read func(*Store) error) error {
	w, err := r.wire(o, false)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.configure(wantSpecs(refs)); err != nil {
		return err
	}
	limits := w.limits
	if most := int64(len(refs)) * maxPeeked; most < limits.size {
		w.limits.size, w.limits.tooMuch = most, fmt.Errorf("the remote sends more than can be looked at: %w", ErrTooLarge)
	} else if limits.tooMuch == errLarge {
		w.limits.tooMuch = fmt.Errorf("%w: %w", errLarge, ErrTooLarge)
	}
	_, err = w.git(ctx, append(fetchArgs(), "--depth=1")...)
	if err != nil && ctx.Err() == nil && cannotCut(err) {
		w.limits = limits
		_, err = w.git(ctx, fetchArgs()...)
	}
	if err != nil {
		return err
	}
	return w.lookedAt(read)
}

// Look lets read look at commits of a remote, with those before them and the files
// at the roots of their trees; what is below comes only where the remote cannot
// leave it out. The store that read gets is as that of [Remote.Peek].
func (r *Remote) Look(ctx context.Context, o WireOptions, l *Listing, refs []Ref, read func(*Store) error) error {
	words := o.Progress
	o.Progress = func(line string) {
		if words != nil && !strings.Contains(line, "filtering not recognized") {
			words(line)
		}
	}
	w, err := r.wire(o, false)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.bring(ctx, l, refs, "--filter=tree:2"); err != nil {
		return err
	}
	return w.lookedAt(read)
}

// lookedAt lets read see what has come.
func (w *wire) lookedAt(read func(*Store) error) error {
	scratch := &Store{dir: w.dir, private: true}
	defer scratch.Close()
	return read(scratch)
}

// cannotCut reports whether a remote gives commits only with all before them,
// as folders behind a plain web server do.
func cannotCut(err error) bool {
	return strings.Contains(err.Error(), "shallow") || strings.Contains(err.Error(), "depth")
}

// IsUnadvertised reports whether a remote has refused a commit because no ref
// stands for it: older servers give those alone.
func IsUnadvertised(err error) bool {
	if err == nil {
		return false
	}
	return strings.Contains(err.Error(), "not our ref") || strings.Contains(err.Error(), "unadvertised object")
}
