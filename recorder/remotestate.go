package recorder

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// remotesName is the folder below a home that says what remotes had when they
// were last looked at: a file for each that has a name, a line for each run:
// UUID, space, commit. It can be made anew by looking again.
const remotesName = "remotes"

// remember keeps what the remote has now.
func (s *sharing) remember(pushed []gitstore.Update) error {
	if s.options.DryRun || !slices.Contains(s.store.Remotes(), s.remote.Name) {
		return nil
	}
	tips := map[string]gitstore.Hash{}
	for _, a := range s.archives {
		for _, r := range a.runs {
			tips[r.uuid] = r.tip
		}
	}
	for _, ref := range s.listing.Refs {
		if uuid, ok := runOf(ref); ok {
			tips[uuid] = ref.Hash
		}
	}
	for _, u := range pushed {
		uuid, ok := runOf(gitstore.Ref{Name: u.Ref})
		switch {
		case !ok:
		case u.New.IsZero():
			delete(tips, uuid)
		default:
			tips[uuid] = u.New
		}
	}
	text := make([]byte, 0, len(tips)*tipLine)
	for uuid, tip := range tips {
		text = appendTip(text, uuid, tip)
	}
	dir := filepath.Join(s.project.Home(), remotesName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	forgetRemotes(dir, s.store.Remotes())
	return replaceFile(filepath.Join(dir, url.PathEscape(s.remote.Name)), text)
}

// forgetRemotes removes the files in a folder of a home that are of remotes which
// the repository does not have any more, or by another name.
func forgetRemotes(dir string, remotes []string) {
	for _, file := range namesIn(dir) {
		name, err := url.PathUnescape(file)
		if err == nil && !strings.HasPrefix(file, ".") && !slices.Contains(remotes, name) {
			_ = os.Remove(filepath.Join(dir, file)) // another exchange tries again
		}
	}
}

// A RemoteState is how a run stands on a remote, as far as this clone knows: as
// the remote was when it was last pushed to or fetched from.
type RemoteState struct {
	Remote string
	Same   bool // it has the run as it is here; else an older or another state of it
}

// Remotes are the remotes that have the run, sorted by name.
func (r *Run) Remotes() []RemoteState {
	if r.Beside() {
		return r.counts.Remotes() // what is pushed is the run, with all of its records
	}
	return r.project.exchanged().remotes(r.uuid, r.tip)
}

// Remotes are the remotes that have the run, see [Run.Remotes].
func (r Row) Remotes() []RemoteState {
	return r.of.project.exchanged().remotes(r.ID(), r.of.key(r.n).Tip)
}

// Unshared reports whether no remote has the run, though others of the project
// were shared.
func (r *Run) Unshared() bool {
	e := r.project.exchanged()
	return len(e.names) > 0 && !slices.ContainsFunc(e.tips, func(tips map[string]gitstore.Hash) bool { _, ok := tips[r.uuid]; return ok })
}

// Fetched is where a run came from that was not recorded here: the remote, bundle
// or address, and when. The zero one says that nobody knows, or that it was
// recorded here.
type Fetched struct {
	From string
	Time time.Time
}

// Fetched is where the run came from.
func (r *Run) Fetched() Fetched { return r.project.exchanged().fetched[r.uuid] }

// Fetched is where the run came from.
func (r Row) Fetched() Fetched { return r.of.project.exchanged().fetched[r.ID()] }

// fetchedName is the file below a home that says where runs came from, a line
// each: UUID, space, when in milliseconds since 1970, space, the escaped name or
// address. It is only added to, and the first line of a run counts.
const fetchedName = "fetched"

// enterFetched adds lines for runs that have just come from a remote. Where that
// is not possible nobody will know it, which is no reason to fail.
func (p *Project) enterFetched(from string, now time.Time, uuids ...string) {
	var lines []byte
	for _, uuid := range uuids {
		lines = fmt.Appendf(lines, "%s %d %s\n", uuid, now.UnixMilli(), url.PathEscape(from))
	}
	f, err := os.OpenFile(filepath.Join(p.Home(), fetchedName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	_, _ = f.Write(lines)
	_ = f.Close()
}
