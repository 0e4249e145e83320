package gitstore

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// maxLFSConfig bounds a .lfsconfig, in bytes.
const maxLFSConfig = 64 << 10

// lfsServer is where the .lfsconfig of the user's work tree says that large
// contents are, empty where it says nothing, or the user's own settings do. That
// file came with the repository: on the remote's own host it is obeyed, and to
// another one, which would be shown the user's passwords, the user has to agree.
func (w *wire) lfsServer() (string, error) {
	repo := w.remote.store.repo
	if repo == nil || repo.WorkTree == "" || w.ownLFS() {
		return "", nil
	}
	file := filepath.Join(repo.WorkTree, ".lfsconfig")
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return "", nil
	}
	text, err := readBounded(file, maxLFSConfig)
	if err != nil {
		return "", fmt.Errorf("read where large contents are: %w", err)
	}
	c := &Config{}
	if err := parseConfig(string(text), func(e configEntry) error { c.entries = append(c.entries, e); return nil }); err != nil {
		return "", fmt.Errorf("the repository's .lfsconfig cannot be read: %w", err)
	}
	server, ok := c.Get("lfs.url")
	if push, given := c.Get("lfs.pushurl"); given && w.push {
		server, ok = push, true
	}
	if !ok {
		if server, ok = c.Get("remote." + w.remote.Name + ".lfsurl"); !ok || !w.remote.named {
			return "", nil
		}
	}
	address := w.remote.fetchURL
	if w.push {
		address = w.remote.pushURL
	}
	address = repo.Config.instead(address, ".insteadof")
	if !sameHost(server, address) {
		shown := withoutPassword(server)
		return "", fmt.Errorf("%w: %s; git config lfs.url %s trusts it", ErrElsewhere, shown, shown)
	}
	return server, nil
}

// ownLFS reports whether the user's own settings say where large contents are.
func (w *wire) ownLFS() bool {
	for _, key := range []string{"lfs.url", "lfs.pushurl", "remote." + w.remote.Name + ".lfsurl", "remote." + w.remote.Name + ".lfspushurl"} {
		if _, ok := w.remote.store.config().Get(key); ok {
			return true
		}
	}
	return false
}

// sameHost reports whether two addresses are of one web host.
func sameHost(a, b string) bool {
	one, err := url.Parse(a)
	two, err2 := url.Parse(b)
	web := err == nil && err2 == nil && (one.Scheme == "https" || one.Scheme == "http")
	return web && one.Scheme == two.Scheme && one.Host != "" && one.Host == two.Host
}
