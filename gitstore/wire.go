package gitstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// wireRemote is what the remote is called within a wire: as no remote is in the
// user's own configuration, which git reads too.
const wireRemote = "exprec-wire"

// wireConfig is the configuration of a wire before anything is added to it.
const wireConfig = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"

// alternates is the file that names the folders of objects that are borrowed.
const alternates = "objects/info/alternates"

// A wire is a scratch repository through which objects are exchanged with a
// remote: it borrows the objects of the store, and nothing that git writes on
// the way comes near the user's repository. Its shallow file names a commit that
// both sides have: then git leaves out, in both directions, what the trees of
// the other side's tips hold, which it otherwise does for ancestors alone.
type wire struct {
	remote   *Remote
	dir      string
	lock     *os.File
	progress func(string)
	push     bool
	promised bool // what is missing may be fetched from where the user's clone has it from
	limits   wireLimits
	prompt   bool
	large    bool      // it is for git-lfs
	lfs      string    // where the repository says that large contents are
	input    io.Reader // of git
	drop     bool      // what git prints is of no use
	theirs   tail      // what the remote itself has said, but for progress
}

// WireOptions say how a remote is spoken to.
type WireOptions struct {
	// Progress gets git's own words about it, a line at a time. It may be nil.
	Progress func(string)
	// Prompt lets git ask the user for a password.
	Prompt bool
	// Silence is how long the remote may say nothing; 0 is 5 minutes.
	Silence time.Duration
	// Patience is how long it may talk and send nothing; 0 is half an hour.
	Patience time.Duration
	// Longest is how long one exchange may take; 0 is a day.
	Longest time.Duration
}

func (r *Remote) wire(o WireOptions, push bool) (w *wire, err error) {
	room := filepath.Join(r.store.dir, "exprec", "wire")
	if r.store.private {
		room = filepath.Join(r.store.dir, "wire")
	}
	if err := r.store.makeOwnDir(room); err != nil {
		return nil, err
	}
	sweepWires(room)
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	w = &wire{remote: r, dir: filepath.Join(room, newWire+hex.EncodeToString(id[:])), progress: o.Progress, push: push, prompt: o.Prompt}
	defer func(begun *wire) {
		if err != nil {
			begun.close()
		}
	}(w)
	for _, sub := range []string{"objects/info", "objects/pack", "refs"} {
		if err := os.MkdirAll(filepath.Join(w.dir, filepath.FromSlash(sub)), 0o700); err != nil {
			return nil, err
		}
	}
	if err := w.limit(o); err != nil {
		return nil, err
	}
	if w.lock, err = os.OpenFile(filepath.Join(w.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	lockFile(w.lock)
	made := filepath.Join(room, hex.EncodeToString(id[:]))
	if err := os.Rename(w.dir, made); err != nil {
		return nil, err
	}
	w.dir = made
	files := map[string]string{
		"HEAD":     "ref: refs/heads/none\n",
		"config":   wireConfig,
		alternates: strings.Join(r.store.database().dirs, "\n") + "\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(w.dir, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// newWire begins the name of a wire that is being made: it may have no lock yet.
const newWire = "new-"

// sweepWires removes what killed processes left.
func sweepWires(room string) {
	for _, name := range namesIn(room) {
		dir := filepath.Join(room, name)
		settled := time.Duration(0)
		if strings.HasPrefix(name, newWire) {
			settled = settleAge
		}
		if time.Since(modified(dir)) >= settled && isDeadWire(dir) {
			os.RemoveAll(dir)
		}
	}
}

// isDeadWire reports whether nobody holds a wire's lock.
func isDeadWire(dir string) bool {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && abandoned(f, info, 0)
}

func (w *wire) close() {
	os.RemoveAll(w.dir)
	if w.lock != nil {
		w.lock.Close()
	}
}

// handed are the settings of the user's repository that say how a remote is
// reached. Those of the system and the user git reads by itself.
var handed = []string{"http.", "https.", "credential.", "url.", "ssh.", "core.sshcommand", "core.askpass", "core.gitproxy", "protocol.", "lfs.url", "lfs.pushurl", "lfs.http"}

// ownSettings are the settings of the remote itself.
var ownSettings = []string{"proxy", "proxyauthmethod", "uploadpack", "receivepack", "vcs", "lfsurl", "lfspushurl"}

// settings are what git is told in its environment: there they are not seen by
// others, as arguments are.
func (w *wire) settings() []string {
	address := w.remote.fetchURL
	if w.push {
		address = w.remote.pushURL
	}
	if w.large {
		address = w.localURL(address)
	}
	address, secret := splitAddress(w.remote.store.config().rewritten(address))
	pairs := [][2]string{{"remote." + wireRemote + ".url", address}}
	if config := w.remote.store.config(); config != nil {
		for _, e := range config.entries {
			for _, prefix := range handed {
				if !e.trust && strings.HasPrefix(e.key, prefix) {
					pairs = append(pairs, [2]string{e.key, e.value})
				}
			}
		}
		for _, key := range ownSettings {
			if value, ok := config.Get("remote." + w.remote.Name + "." + key); ok && w.remote.named {
				pairs = append(pairs, [2]string{"remote." + wireRemote + "." + key, value})
			}
		}
	}
	if w.promised {
		pairs = append(pairs, w.remote.store.promised()...)
	}
	if w.large { // nobody is to be asked for locks, and nothing written to its settings
		pairs = append(pairs, [2]string{"lfs.locksverify", "false"}, [2]string{"lfs.setlockablereadonly", "false"})
		if w.lfs != "" {
			pairs = append(pairs, [2]string{"lfs.url", w.lfs})
		}
	}
	pairs = append(pairs, secret.settings()...)
	env := append(secret.environment(), fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(pairs)))
	for i, p := range pairs {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, p[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, p[1]))
	}
	return env
}

// remoteEnvironment are the variables by which users tell git how to reach
// others.
var remoteEnvironment = []string{"GIT_SSH=", "GIT_SSH_COMMAND=", "GIT_SSH_VARIANT=", "GIT_ASKPASS=", "GIT_PROXY_COMMAND=", "GIT_HTTP_", "GIT_SSL_", "GIT_CURL_"}

func (w *wire) environment() []string {
	env := gitEnvironment()
	for _, pair := range os.Environ() {
		for _, known := range remoteEnvironment {
			if strings.HasPrefix(pair, known) {
				env = append(env, pair)
			}
		}
	}
	if w.prompt {
		env = append(env, "GIT_TERMINAL_PROMPT=1")
	}
	if !w.remote.named { // an address may have come from anywhere
		env = append(env, "GIT_ALLOW_PROTOCOL=http:https:ssh:git:file")
	}
	return append(env, w.settings()...)
}

// git runs git in the wire and gives what it printed. Its words on stderr go to
// progress, and are in the error where it fails.
func (w *wire) git(ctx context.Context, args ...string) ([]byte, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoGit, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	dir := w.folder()
	pinned := []string{"--git-dir=" + w.dir}
	if w.large {
		// Where the other side is a folder, git-lfs would take our directory
		// for its, if it were told.
		pinned, dir = nil, w.dir
	}
	pinned = append(pinned, "-c", "core.hooksPath="+os.DevNull, "-c", "core.fsmonitor=false",
		"-c", "gc.auto=0", "-c", "maintenance.auto=false",
		// The tips of the store's repository would be told to the remote.
		"-c", "core.alternateRefsCommand=true",
		// What comes is checked, kept as one pack, and made durable when it is
		// moved into the store.
		"-c", "fetch.fsckObjects=true", "-c", "fetch.unpackLimit=1", "-c", "core.fsync=none",
		// What the user has set for pushes and fetches of the user's own.
		"-c", "push.pushOption=", "-c", "push.negotiate=false", "-c", "fetch.writeCommitGraph=false", "-c", "color.ui=false")
	c := exec.CommandContext(ctx, program, append(pinned, args...)...)
	c.Env, c.Dir = w.environment(), dir
	switch {
	case w.input != nil:
		c.Stdin = w.input
		ownSession(c)
	case w.prompt:
		c.Stdin = os.Stdin
	default:
		ownSession(c)
	}
	c.WaitDelay = 5 * time.Second
	out := &boundedBuffer{cancel: cancel}
	words := newWords(w, cancel)
	go w.watch(ctx, words, cancel)
	c.Stdout, c.Stderr = io.MultiWriter(out, words.sign()), words
	if w.drop {
		c.Stdout = words.sign()
	}
	err = w.bounded(c)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		return out.Bytes(), fmt.Errorf("git %s %s: %w", verb(args), w.remote.Name, words.explain(err))
	}
	return out.Bytes(), nil
}

// verb is what git is told to do, behind its settings.
func verb(args []string) string {
	for len(args) > 2 && args[0] == "-c" {
		args = args[2:]
	}
	return args[0]
}

// folder is where relative paths of remotes count from, as for the user's git.
func (w *wire) folder() string {
	if repo := w.remote.store.repo; repo != nil && repo.WorkTree != "" {
		return repo.WorkTree
	}
	return w.remote.store.dir
}

// boundedBuffer ends git when more is written than is kept.
type boundedBuffer struct {
	bytes.Buffer
	cancel context.CancelCauseFunc
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxAnswer {
		b.cancel(errTalk)
		return 0, errTalk
	}
	return b.Buffer.Write(p)
}

// words passes on what git says, and knows when something was said last.
type words struct {
	wire   *wire
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	line  []byte
	said  tail
	bytes int
	// returned is the line that the next one overwrites, unless it has ended.
	returned string
	heard    time.Time // when anything was said
	moved    time.Time // when git itself went on
}

func newWords(w *wire, cancel context.CancelCauseFunc) *words {
	now := time.Now()
	return &words{wire: w, cancel: cancel, heard: now, moved: now}
}

// progress notes that git goes on.
func (w *words) progress() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = time.Now()
	w.moved = w.heard
}

// overdue says what the remote is late with, if anything.
func (w *words) overdue(now time.Time, l wireLimits) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case now.Sub(w.heard) > l.silence:
		return errSilent
	case now.Sub(w.moved) > l.patience:
		return errIdle
	}
	return nil
}

// sign is a writer whose use is a sign of life.
func (w *words) sign() io.Writer { return signWriter{w} }

type signWriter struct{ words *words }

func (s signWriter) Write(p []byte) (int, error) {
	s.words.progress()
	return len(p), nil
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = time.Now()
	if w.bytes += len(p); w.bytes > maxWords {
		w.cancel(errTalk)
		return 0, errTalk
	}
	for _, c := range p {
		if c != '\n' && c != '\r' {
			if w.returned = ""; len(w.line) < 4096 {
				w.line = append(w.line, c)
			}
			continue
		}
		w.pass(c == '\n')
	}
	return len(p), nil
}

// pass hands a line on; those that the next one overwrites are no complaints.
func (w *words) pass(final bool) {
	text := w.wire.remote.hide(string(w.line))
	w.line = w.line[:0]
	if strings.TrimSpace(text) == "" {
		if final && w.returned != "" { // ssh ends its lines with both
			w.said.add(w.returned)
		}
		w.returned = ""
		return
	}
	if !final {
		w.returned = text
	}
	if !strings.HasPrefix(text, "remote:") {
		w.moved = w.heard
	}
	if final && !isNoise(text) {
		w.said.add(text)
		if said, ok := strings.CutPrefix(text, "remote:"); ok {
			w.wire.theirs.add(said)
		}
	}
	if w.wire.progress != nil {
		w.wire.progress(text)
	}
}

// explain gives what git said for its exit code, which says nothing by itself.
func (w *words) explain(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.returned = ""
	w.pass(true)
	said := strings.TrimPrefix(w.said.sentence(), ": ")
	var exit *exec.ExitError
	switch {
	case said == "", !errors.As(err, &exit):
		return err // our own words are clear enough
	case outOfMemory(said) != nil:
		return outOfMemory(said)
	}
	text := strings.ReplaceAll(strings.TrimPrefix(said, "fatal: "), " fatal: ", ": ")
	if isBad(said) {
		return fmt.Errorf("%w: %s", ErrBadObjects, text)
	}
	return errors.New(text)
}

// hide takes the addresses out of a text where they hold a password.
func (r *Remote) hide(text string) string {
	for _, address := range []string{r.fetchURL, r.pushURL} {
		if shown := withoutPassword(address); shown != address {
			text = strings.ReplaceAll(text, address, shown)
		}
	}
	return text
}
