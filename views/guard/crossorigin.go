package guard

import (
	"net/http"
	"net/url"
)

// crossOrigin refuses what another site had the browser send: everything but a
// link to a page. http.CrossOriginProtection refuses whatever could change
// something; here also images, scripts, frames and streams of other sites end,
// which could at least see whether they are there.
func crossOrigin(r *http.Request) *refusal {
	no := &refusal{http.StatusForbidden, "This request comes from another site."}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return no
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return nil
	case "":
		// An old browser, a program, or an address that is not trusted: then only
		// the origin tells, which links do not send.
		if origin := r.Header.Get("Origin"); origin != "" && !sameHost(origin, r.Host) {
			return no
		}
		return nil
	}
	dest := r.Header.Get("Sec-Fetch-Dest")
	if r.Header.Get("Sec-Fetch-Mode") == "navigate" && (dest == "document" || dest == "") {
		return nil
	}
	return no
}

func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == host
}
