package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// What a remote may take of this machine, whatever it sends.
const (
	silence    = 5 * time.Minute  // how long it may say nothing
	patience   = 30 * time.Minute // how long it may talk and send nothing
	longest    = 24 * time.Hour   // how long one exchange may take
	maxFetched = 20 << 30         // bytes of objects, unless exprec.maxFetch says another size
	maxWords   = 4 << 20          // bytes of what it says, beside objects
	maxAnswer  = 256 << 20        // bytes of git's answer: some million refs
	maxMemory  = 2 << 30          // bytes of memory that git may take to look at what came
)

// Errors of remotes that go beyond these.
var (
	errSilent = errors.New("the remote has said nothing for too long")
	errIdle   = errors.New("the remote talks and sends nothing")
	errLong   = errors.New("the remote takes too long")
	errTalk   = errors.New("the remote says more than can be kept")
	errLarge  = errors.New("the remote sends more than exprec.maxFetch allows")
	errNoRoom = errors.New("the remote sends more than the disk has room for")
	errMemory = errors.New("what the remote sends takes more memory than it may")
)

// wireLimits are those of one exchange.
type wireLimits struct {
	silence, patience, longest time.Duration

	size    int64 // of what is received
	tooMuch error // what to say where it is more
}

func (w *wire) limit(o WireOptions) error {
	config := w.remote.store.config()
	size, err := config.Size("exprec.maxFetch", maxFetched)
	if err != nil {
		return err
	}
	l := wireLimits{silence: o.Silence, patience: o.Patience, longest: o.Longest, size: size, tooMuch: errLarge}
	for _, d := range []struct {
		given   *time.Duration
		instead time.Duration
	}{{&l.silence, silence}, {&l.patience, patience}, {&l.longest, longest}} {
		if *d.given == 0 {
			*d.given = d.instead
		}
	}
	// Others need room too.
	if free, ok := freeBytes(w.dir); ok && int64(free/10*9) < l.size {
		l.size, l.tooMuch = int64(free/10*9), errNoRoom
	}
	w.limits = l
	return nil
}

// watchPause is how long a look at what was received is put off.
const watchPause = 50 * time.Millisecond

// watch ends git where the remote goes beyond its limits, until the context
// ends. What grows on disk is a sign of life, since git may have nothing to say.
func (w *wire) watch(ctx context.Context, words *words, end context.CancelCauseFunc) {
	ticks := time.NewTicker(watchPause)
	defer ticks.Stop()
	start, last := time.Now(), int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks.C:
			size := w.received()
			if size != last {
				last = size
				words.progress()
			}
			if size > w.limits.size && !w.push {
				end(w.limits.tooMuch)
			} else if err := words.overdue(now, w.limits); err != nil {
				end(err)
			} else if now.Sub(start) > w.limits.longest {
				end(errLong)
			}
		}
	}
}

// received is how much of the remote lies in the wire, in bytes.
func (w *wire) received() (size int64) {
	_ = filepath.WalkDir(filepath.Join(w.dir, "objects"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return size
}

// bounded runs git with the memory that it may take. git-lfs streams, and what
// is pushed is the user's own.
func (w *wire) bounded(c *exec.Cmd) error {
	if err := c.Start(); err != nil {
		return err
	}
	if !w.push && !w.large {
		boundMemory(c.Process.Pid, maxMemory)
	}
	return c.Wait()
}

// isNoise tells git's progress from its complaints.
func isNoise(line string) bool {
	said := strings.TrimPrefix(line, "remote: ")
	return strings.HasSuffix(strings.TrimRight(said, " \x1b[K"), "done.") || strings.Contains(said, "% (") ||
		strings.HasPrefix(said, "Total ") || strings.HasPrefix(said, "Delta compression ") || strings.HasPrefix(said, "error: hook declined to update ") || strings.HasPrefix(line, "From ") || strings.HasPrefix(line, " ")
}

// outOfMemory says so in words of our own.
func outOfMemory(said string) error {
	if !strings.Contains(said, "Out of memory") && !strings.Contains(said, "unable to create thread") {
		return nil
	}
	return fmt.Errorf("%w: %w: %s", ErrBadObjects, errMemory, said)
}

// isBad tells objects that git refuses from a connection that broke.
func isBad(said string) bool {
	for _, words := range []string{"fsck error", "error in tree", "error in commit", "error in blob", "did not send all necessary objects",
		"did not receive expected object", "unresolved delta", "bad object", "repository corruption", "COLLISION", "inflate returned", "not our ref", "unadvertised object"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}
