package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// patience is the least time between two looks at the state of the file and
// between two tries to find room on a full disk.
const patience = time.Second

// Writer appends frames to one journal file. Its methods may be called from
// any goroutine. Those that log never fail and never wait for the disk: what
// goes wrong is kept for Err.
type Writer struct {
	syncing    sync.Mutex // held by Sync and Close; taken first
	inspecting sync.Mutex // held by inspect; taken before mu

	mu      sync.Mutex
	sums    checksummer
	base    time.Time     // now, as monotonic time, when the writer was made
	before  time.Duration // from Header.Start to base
	end     int64         // end of valid data, in bytes
	out     output
	series  seriesTable
	look    time.Duration // when the file's state is looked at next
	retry   time.Duration // while full: when to try again
	moved   time.Duration // not before this a new file is begun after a cut
	moving  bool          // a new file is being begun
	named   bool          // the file's name is durable
	full    bool          // frames found no room
	dropped uint64
	marked  uint64 // dropped frames that a Gap frame tells of
	err     error  // the first error, for Err
	anew    error  // the file was deleted and made anew; the run may have been sealed
	lost    error  // the first error that cost frames, for Sync
	closed  bool

	header Header
	path   string
	direct bool          // use write(2) even where memory can be mapped
	wake   chan struct{} // to the keeper
	done   chan struct{} // closed when the keeper has ended
}

// output is where frames go: mapped memory or write(2).
type output interface {
	// put lays down a frame so that its word appears last. Where it fails
	// nothing of the frame can be seen.
	put(off int64, word uint64, fixed, payload []byte) error
	// fits says whether put would need no more room from the disk.
	fits(off, size int64) bool
	// wants says whether prepare should be called.
	wants(off int64) bool
	// prepare finds room ahead of off and lets go of what is behind. It takes
	// mu itself and only briefly.
	prepare(mu sync.Locker)
	// sync makes everything put so far durable.
	sync() error
	// state looks at the file: how many names it has, and how long it is.
	state() (links uint64, size int64, err error)
	// content reads the file, whether or not it still has a name.
	content() *os.File
	// finish ends the output; the file keeps end bytes. A negative end leaves
	// the length alone.
	finish(end int64) error
}

// Create begins a journal in folder, which is made with mode 0700 where it is
// missing: a new file <16 hex digits>.bin with mode 0600. It falls back to
// write(2) by itself where memory cannot be mapped.
func Create(folder string, h Header) (*Writer, error) {
	return create(folder, h, false)
}

func create(folder string, h Header, direct bool) (*Writer, error) {
	now := time.Now()
	if h.Start.IsZero() {
		h.Start = now
	}
	if h.ProcessStart == 0 && h.PID == os.Getpid() {
		h.ProcessStart = processStart(h.PID)
	}
	w := &Writer{
		base: now, before: now.Sub(h.Start),
		header: h, direct: direct,
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	w.series.init()
	w.look = w.before + patience
	if err := w.begin(folder); err != nil {
		return nil, fmt.Errorf("cannot begin a journal: %w", err)
	}
	go w.keep()
	return w, nil
}

// begin makes the file and its output. The caller holds mu, or is alone.
func (w *Writer) begin(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, nonce, err := createFile(folder)
	if err != nil {
		return err
	}
	head := w.header.encode(nonce)
	if _, err = f.WriteAt(head, 0); err != nil {
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		return err
	}
	_, length, sum, err := decodeHeader(head)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	w.adopt(f, int64(length))
	w.sums.seed, w.series.written = sum, 0
	return nil
}

// adopt makes f, which holds end bytes, the file that is written to.
func (w *Writer) adopt(f *os.File, end int64) {
	w.out = newOutput(f, end, w.direct)
	w.end, w.path, w.named = end, f.Name(), false
}

// Path is the file's name.
func (w *Writer) Path() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.path
}

// Err is the first thing that went wrong, nil when nothing did.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		return w.anew
	}
	return w.err
}

// Dropped is how many frames found no room.
func (w *Writer) Dropped() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped
}

// Append adds a frame of any kind but Series, Scalar, ScalarWide and Gap,
// which have methods of their own or are the writer's. A payload over
// MaxPayload is not taken; Err says so.
func (w *Writer) Append(kind Kind, payload []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	if kind <= Gap || len(payload) > MaxPayload {
		w.refuse(fmt.Errorf("a frame of kind %d with %d bytes cannot go into a journal; at most %d bytes can", kind, len(payload), MaxPayload))
		return
	}
	t := w.now()
	w.tick(t)
	if !w.room(t, frameSize(otherFixed, len(payload))) {
		w.dropped++
		return
	}
	putOther(w.sums.fixed(), t, len(payload))
	if err := w.put(kind, 0, otherFixed, payload); err != nil {
		w.again(t, kind, 0, otherFixed, payload, err)
	}
}

// refuse keeps an error that is the caller's and costs one frame.
func (w *Writer) refuse(err error) {
	w.dropped++
	w.keepErr(err)
}

func (w *Writer) keepErr(err error) {
	if w.err == nil {
		w.err = err
	}
}

// Sync makes all frames appended before the call durable. After nil they
// survive power loss. When frames were lost before, it goes on saying so.
func (w *Writer) Sync() error {
	w.syncing.Lock()
	defer w.syncing.Unlock()
	for {
		w.inspect()
		w.mu.Lock()
		out, path, named, closed := w.out, w.path, w.named, w.closed
		w.mu.Unlock()
		if closed {
			return w.lossLocked()
		}
		err := out.sync()
		if err == nil && !named {
			err = syncName(path)
		}
		if w.synced(out, err) {
			return w.lossLocked()
		}
	}
}

// synced keeps what came of making out durable. It is false when another file
// has taken its place meanwhile.
func (w *Writer) synced(out output, err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.out != out {
		return false
	}
	w.named = w.named || err == nil
	if err != nil {
		w.lose(fmt.Errorf("cannot make journal %s durable: %w", w.path, err))
	}
	return true
}

func (w *Writer) lossLocked() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

// syncName makes durable that a file exists: its folder's entry and that of
// the folder, which Create may have made.
func syncName(path string) error {
	folder := filepath.Dir(path)
	return errors.Join(syncFolder(folder), syncFolder(filepath.Dir(folder)))
}

// lose keeps an error that cost frames.
func (w *Writer) lose(err error) {
	w.keepErr(err)
	if w.lost == nil {
		w.lost = err
	}
}

// Close ends the journal: the file is cut to the data's length and made
// durable. It fails where Sync would. Frames that come later are ignored, and
// so is a second Close.
func (w *Writer) Close() error { return w.close(true) }

// Leave ends the journal as Close does, but neither cuts the file nor makes it
// durable: for a process that makes a durable record of it at once.
func (w *Writer) Leave() error { return w.close(false) }

func (w *Writer) close(durable bool) error {
	w.syncing.Lock()
	defer w.syncing.Unlock()
	w.inspect()
	w.mu.Lock()
	if w.closed {
		defer w.mu.Unlock()
		return w.lost
	}
	w.closed = true
	out, end, path, named := w.out, w.end, w.path, w.named
	w.mu.Unlock()
	close(w.wake)
	<-w.done
	if !durable {
		end = -1
	}
	err := out.finish(end)
	if durable && err == nil && !named {
		err = syncName(path)
	}
	w.synced(out, err)
	return w.lossLocked()
}
