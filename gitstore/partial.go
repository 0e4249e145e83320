package gitstore

import "strings"

// promisorEnd ends the file beside a pack that says that what its objects name
// can be had from a remote.
const promisorEnd = ".promisor"

// filterNothing has git fetch everything in a way that lets objects be missing
// which the remote takes to be here. It is as much as a filter of blobs can be on
// every system.
const filterNothing = "--filter=blob:limit=4294967295"

// partial reports whether objects may be left on a remote.
func (s *Store) partial() bool { return len(s.promisors()) > 0 }

// promisors are the remotes that have what a partial clone lacks, as git finds
// them: it marks each, and once named one for the whole repository.
func (s *Store) promisors() []string {
	config := s.config()
	var names []string
	if name, ok := config.Get("extensions.partialclone"); ok {
		names = append(names, name)
	}
	for _, name := range config.subsections("remote", "promisor") {
		if config.Bool("remote."+name+".promisor", false) {
			names = append(names, name)
		}
	}
	return names
}

// lacksTrees reports whether trees may be missing too. Then packs that are
// fetched say so, as those of the user's git do: else git gc would fail for want
// of what they name. Where only blobs are missing, the trees that the clone came
// with say it.
func (s *Store) lacksTrees() bool {
	for _, name := range s.promisors() {
		filter, _ := s.config().Get("remote." + name + ".partialclonefilter")
		if !strings.HasPrefix(filter, "blob:") {
			return true
		}
	}
	return false
}

// promised are the settings by which git finds what a partial clone lacks.
func (s *Store) promised() (pairs [][2]string) {
	for _, name := range s.promisors() {
		if address, ok := s.config().Get("remote." + name + ".url"); ok {
			key := "remote.promisor-" + name + "."
			pairs = append(pairs, [2]string{key + "url", address}, [2]string{key + "promisor", "true"})
		}
	}
	return pairs
}
