package guard

import (
	"net/http"
	"net/netip"
	"strings"
)

// policy lets a page load its own files and nothing else, and none of what a run
// holds become script or style.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"worker-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// setHeaders sets what every answer has. A handler may change what it must.
func setHeaders(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if trusted(r) {
		// Browsers ignore it elsewhere, and complain.
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
}

// trusted reports whether browsers take the address for one that nobody can have
// changed on the way.
func trusted(r *http.Request) bool {
	host, _ := hostOf(r.Host)
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	name := plainName(host)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
