package recorder

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// remotesName is the folder below a home that says what remotes had when they
// were last looked at: a file for each that has a name. Its first line tells the
// refs of the remote from others, and then comes a line for each run, sorted:
// UUID, space, commit. It can be made anew by looking again.
const remotesName = "remotes"

// remember keeps what the remote has now. Where it has what it had there is
// nothing to do, however many runs that are.
func (s *sharing) remember() error {
	if s.options.DryRun || s.beside || !slices.Contains(s.store.Remotes(), s.remote.Name) {
		return nil
	}
	refs := s.refsNow()
	dir := filepath.Join(s.project.Home(), remotesName)
	forgetRemotes(dir, s.store.Remotes())
	file, text := filepath.Join(dir, url.PathEscape(s.remote.Name)), refsLine(refs)
	var before []archived
	if len(s.result.Unread) > 0 { // what those hold is as it was, as far as is known
		before, text = sortedRuns(readTips(file)), nil
	} else if hasLine(file, text) {
		return nil
	}
	stored, listed := allArchived(s.archives), tipsOf(refs)
	text = slices.Grow(text, (len(before)+len(stored)+len(listed))*tipLine)
	for uuid, of := range sideBySide(before, stored, listed) {
		newest := slices.Concat(of...)
		text = appendTip(text, uuid, newest[len(newest)-1].tip)
	}
	return replaceFile(file, text)
}

// refsLine is a line that is another one for other refs.
func refsLine(refs []gitstore.Ref) []byte {
	sum, line := sha256.New(), []byte{}
	for _, ref := range refs {
		line = append(append(append(line[:0], ref.Hash[:]...), ref.Name...), '\n')
		sum.Write(line)
	}
	return fmt.Appendf(nil, "refs %x\n", sum.Sum(nil))
}

// hasLine reports whether a file begins with a line.
func hasLine(file string, line []byte) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	begin := make([]byte, len(line))
	_, err = io.ReadFull(f, begin)
	return err == nil && bytes.Equal(begin, line)
}

// refsNow are the refs of the remote since the push, sorted by name.
func (s *sharing) refsNow() []gitstore.Ref {
	if len(s.pushed) == 0 {
		return s.listing.Refs
	}
	refs := slices.Clone(s.listing.Refs)
	for _, u := range s.pushed {
		refs = append(refs, gitstore.Ref{Name: u.Ref, Hash: u.New})
	}
	slices.SortStableFunc(refs, func(a, b gitstore.Ref) int { return strings.Compare(a.Name, b.Name) })
	now := refs[:0]
	for i, ref := range refs {
		isLast := i+1 == len(refs) || refs[i+1].Name != ref.Name
		if isLast && !ref.Hash.IsZero() {
			now = append(now, ref)
		}
	}
	return now
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
