package guard

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// names are the names by which a server may be asked. A page under another name
// that was made to lead here would otherwise read everything: for the browser, it
// is the same site.
type names struct {
	beyond  bool
	any     bool
	allowed map[string]bool
}

func newNames(o Options) *names {
	// A page under a foreign name has no token and gets none: its cookies are
	// those of that name.
	n := &names{beyond: o.Beyond, any: o.Beyond && o.Token != "", allowed: map[string]bool{}}
	for _, name := range o.Names {
		n.allowed[plainName(name)] = true
	}
	return n
}

// check refuses a request for a name that is not one of this server. The port
// does not matter: a tunnel may come from any.
func (n *names) check(r *http.Request) *refusal {
	if host, ok := hostOf(r.Host); ok && n.allow(host) {
		return nil
	}
	return &refusal{http.StatusForbidden, "This is not a name of this dashboard. If it is meant to be one, start exprec serve with --allow-host and the name."}
}

func (n *names) allow(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		return addr.Zone() == "" && (addr.IsLoopback() || n.allowed[host] || n.beyond && !addr.IsUnspecified())
	}
	name := plainName(host)
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || n.allowed[name] || n.any && isName(name)
}

// hostOf is the host of a Host header, without port and brackets.
func hostOf(header string) (host string, ok bool) {
	host, port, err := net.SplitHostPort(header)
	if err != nil {
		host, port = header, "0"
		if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
			return host[1 : len(host)-1], true
		}
		if strings.ContainsAny(host, ":[]") {
			return "", false
		}
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return host, err == nil && host != ""
}

// plainName is a name as it is compared: DNS knows no case, and a full stop at
// the end is legal.
func plainName(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// isName reports whether a host consists of what names consist of.
func isName(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return name != "" && len(name) <= 253
}
