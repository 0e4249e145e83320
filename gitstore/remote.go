package gitstore

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Remote is another repository, reached by the user's git with the user's
// credentials, ssh configuration and proxies.
type Remote struct {
	// Name is how the user calls it: a remote's name, or an address without
	// its password.
	Name string

	store    *Store
	named    bool   // in the configuration, so that git's own rules for it hold
	fetchURL string // may hold a password: never shown, stored, or given as an argument
	pushURL  string
	places   []string // all that are pushed to
}

// Remote finds a remote by its name, or by an address: a URL, host:path, a path
// or the file of a bundle. The error is [ErrNoRemote].
func (s *Store) Remote(name string) (*Remote, error) {
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, "\n\x00") {
		return nil, fmt.Errorf("%w: %q is no name and no address", ErrNoRemote, name)
	}
	r := &Remote{Name: name, store: s}
	config := s.config()
	fetch, push := config.All("remote."+name+".url"), config.All("remote."+name+".pushurl")
	if len(fetch) == 0 && len(push) == 0 {
		if !isAddress(name) {
			return nil, fmt.Errorf("%w: %q", ErrNoRemote, name)
		}
		address := fromHere(name)
		r.Name, r.fetchURL, r.places = withoutPassword(name), address, []string{config.pushInstead(address)}
		r.pushURL = r.places[0]
		return r, nil
	}
	r.named = true
	r.fetchURL, r.places = slices.Concat(fetch, push)[0], push
	if len(push) == 0 {
		for _, address := range fetch {
			r.places = append(r.places, config.pushInstead(address))
		}
	}
	r.pushURL = r.places[0]
	return r, nil
}

// Places are the addresses that are pushed to, as they may be shown: all that the
// user's configuration has, as git push takes them.
func (r *Remote) Places() []string {
	shown := make([]string, len(r.places))
	for i, address := range r.places {
		shown[i] = withoutPassword(address)
	}
	return shown
}

// Pushing is the remote as those see it who push to one of its places: where that
// is another one than is fetched from, all of an exchange goes there, since what
// is pushed depends on what is there.
func (r *Remote) Pushing(place int) *Remote {
	p := *r
	p.fetchURL, p.pushURL = r.places[place], r.places[place]
	return &p
}

// Main is the place that speaks for the remote: the one that is fetched from, else
// the first.
func (r *Remote) Main() int { return max(0, slices.Index(r.places, r.fetchURL)) }

// pushInstead is the address to push to where a url.<base>.pushInsteadOf
// replaces the beginning of another one; the longest beginning counts.
func (c *Config) pushInstead(address string) string { return c.instead(address, ".pushinsteadof") }

func (c *Config) instead(address, key string) string {
	if c == nil {
		return address
	}
	longest, to := "", address
	for _, e := range c.entries {
		base, ok := strings.CutPrefix(e.key, "url.")
		base, ok2 := strings.CutSuffix(base, key)
		rest, ok3 := strings.CutPrefix(address, e.value)
		if ok && ok2 && ok3 && len(e.value) > len(longest) {
			longest, to = e.value, base+rest
		}
	}
	return to
}

// config is that of the repository. A private store has none of its own, and goes
// by that of the user.
func (s *Store) config() *Config {
	if s.repo != nil {
		return s.repo.Config
	}
	s.userConfig.Do(func() {
		if c, err := loadConfig(""); err == nil {
			s.user = c
		}
	})
	return s.user
}

// Setting is the value of a key in git's configuration, that of the user for a
// store that is not in a repository.
func (s *Store) Setting(key string) (string, bool) { return s.config().Get(key) }

// Remotes are the names of the remotes in the configuration, sorted.
func (s *Store) Remotes() []string { return s.config().subsections("remote", "url") }

// subsections are those of a section that have a key, sorted.
func (c *Config) subsections(section, key string) []string {
	var names []string
	if c == nil {
		return nil
	}
	for _, e := range c.entries {
		name, ok := strings.CutPrefix(e.key, section+".")
		if name, ok2 := strings.CutSuffix(name, "."+key); ok && ok2 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isAddress reports whether a text can be an address rather than a name.
func isAddress(s string) bool {
	if strings.ContainsAny(s, "/:\\") {
		return true
	}
	_, err := os.Stat(s)
	return err == nil
}

// fromHere is a path that leads somewhere from the current folder as an absolute
// one. git counts from the top of the work tree.
func fromHere(address string) string {
	if _, err := os.Stat(address); err != nil {
		return address
	}
	if path, err := filepath.Abs(address); err == nil {
		return path
	}
	return address
}

// longName is from which length on a user's name may be a token.
const longName = 20

// withoutPassword is an address as it may be shown.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil || u.Host == "" {
		if at := strings.LastIndexByte(address, '@'); err != nil && at >= 0 && strings.Contains(address, "://") {
			return address[:strings.Index(address, "://")+3] + address[at+1:]
		}
		return address
	}
	if _, secret := u.User.Password(); secret {
		u.User = url.User(u.User.Username())
	}
	if len(u.User.Username()) >= longName {
		u.User = nil // a token is no name
	}
	return u.String()
}

// Mirrors says by which settings git itself would remove refs: a push that
// mirrors, or a fetch into all refs. It is empty where there are none.
func (r *Remote) Mirrors() []string {
	var found []string
	config := r.store.config()
	if !r.named {
		return nil
	}
	if config.Bool("remote."+r.Name+".mirror", false) {
		found = append(found, "remote."+r.Name+".mirror")
	}
	for _, key := range []string{".fetch", ".push"} {
		for _, spec := range config.All("remote." + r.Name + key) {
			if _, to, ok := strings.Cut(spec, ":"); ok && to == "refs/*" {
				found = append(found, "remote."+r.Name+key)
			}
		}
	}
	return found
}
