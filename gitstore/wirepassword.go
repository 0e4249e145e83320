package gitstore

import (
	"net/url"
	"slices"
	"strings"
)

// Variables in which a password stands, so that it is in no command line: those
// of git's helpers for http have the address in theirs.
const (
	wireUser     = "EXPREC_WIRE_USER"
	wirePassword = "EXPREC_WIRE_PASSWORD"
)

// answerGit is a credential helper of git's that answers with them.
const answerGit = `!f() { test "$1" = get && printf 'username=%s\npassword=%s\n' "$` + wireUser + `" "$` + wirePassword + `"; }; f`

// credentials are what an address of http says beside where it leads to.
type credentials struct {
	scope          string // scheme and host
	user, password string
	given          bool // there is a password
}

// splitAddress takes the credentials out of an address of http, and the password
// out of one of ssh.
func splitAddress(address string) (bare string, c credentials) {
	address = withoutSSHPassword(address)
	u, err := url.Parse(address)
	if err != nil || u.User == nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return address, c
	}
	c.scope, c.user = u.Scheme+"://"+u.Host, u.User.Username()
	c.password, c.given = u.User.Password()
	if strings.ContainsAny(c.user+c.password, "\n\x00") {
		return address, credentials{} // git refuses it
	}
	u.User = nil
	return u.String(), c
}

// settings are those by which git knows them, before any helper of the user's.
func (c credentials) settings() [][2]string {
	switch {
	case c.given:
		return [][2]string{{"credential." + c.scope + ".helper", ""}, {"credential." + c.scope + ".helper", answerGit}}
	case c.user != "":
		return [][2]string{{"credential." + c.scope + ".username", c.user}}
	}
	return nil
}

func (c credentials) environment() []string {
	if !c.given {
		return nil
	}
	return []string{wireUser + "=" + c.user, wirePassword + "=" + c.password}
}

// rewritten is an address with the beginning that url.<base>.insteadOf gives it,
// where that has a password. All others git rewrites itself.
func (c *Config) rewritten(address string) string {
	to := c.instead(address, ".insteadof")
	if _, secret := splitAddress(to); secret.given || withoutSSHPassword(to) != to {
		return to
	}
	return address
}

// withoutSSHPassword is an address without the password for ssh, which takes
// none: git would give it in an argument, as a part of the user's name, and so
// show it to everybody on both machines.
func withoutSSHPassword(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	if !slices.Contains([]string{"ssh", "git+ssh", "ssh+git"}, scheme) {
		return address
	}
	host, path, hasPath := strings.Cut(rest, "/")
	at := strings.LastIndexByte(host, '@')
	if at < 0 {
		return address
	}
	user, _, _ := strings.Cut(host[:at], ":")
	bare := scheme + "://" + user + host[at:]
	if hasPath {
		bare += "/" + path
	}
	return bare
}
