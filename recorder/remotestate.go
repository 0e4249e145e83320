package recorder

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	var text bytes.Buffer
	for uuid, tip := range tips {
		fmt.Fprintf(&text, "%s %s\n", uuid, tip)
	}
	dir := filepath.Join(s.project.Home(), remotesName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, url.PathEscape(s.remote.Name)), text.Bytes())
}

// A RemoteState is how a run stands on a remote, as far as this clone knows: as
// the remote was when it was last pushed to or fetched from.
type RemoteState struct {
	Remote string
	Same   bool // it has the run as it is here; else an older or another state of it
}

// Remotes are the remotes that have the run, sorted by name.
func (r *Run) Remotes() []RemoteState {
	dir := filepath.Join(r.project.Home(), remotesName)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // nothing was ever shared
	}
	var states []RemoteState
	for _, e := range entries {
		name, err := url.PathUnescape(e.Name())
		if err != nil || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if tip, ok := tipIn(filepath.Join(dir, e.Name()), r.uuid); ok {
			states = append(states, RemoteState{Remote: name, Same: tip == r.tip})
		}
	}
	return states
}

// tipIn finds a run's commit in the file of a remote.
func tipIn(file, uuid string) (tip gitstore.Hash, ok bool) {
	data, err := readBounded(file, maxLedger)
	if err != nil {
		return tip, false
	}
	for rest := data; ; {
		at := bytes.Index(rest, []byte(uuid+" "))
		if at < 0 || len(rest) < at+uuidLength+1+2*len(tip) {
			return tip, false
		}
		digits := rest[at+uuidLength+1:][:2*len(tip)]
		if _, err := hex.Decode(tip[:], digits); err == nil {
			return tip, true
		}
		rest = rest[at+uuidLength:]
	}
}
