package main

import "strings"

// remoteHints say what can be done about what git, ssh and git-lfs complain of.
var remoteHints = []struct{ words, hint string }{
	{"missing protocol", "git-lfs cannot read this address, as it cannot those of IPv6: git config lfs.url says where it is to go"},
	{"did not go along: there is no git-lfs", "install git-lfs; " + noLargeHint},
	{"did not go along", noLargeHint},
	{"certificate verification failed", trustHint},
	{"SSL certificate", trustHint},
	{"signed by unknown authority", trustHint},
	{"could not read Username", passwordHint},
	{"could not read Password", passwordHint},
	{"Authentication failed", wrongHint},
	{"Authentication required", wrongHint},
	{"error: 401", wrongHint},
	{"error: 403", mayNotHint},
	{"Authorization error", mayNotHint},
	{"access denied or repository not exported", "there is no such repository, or it takes no pushes"},
	{"Permission denied (publickey", "ssh has no key that the host knows: ssh-add -l lists those it has"},
	{"deny updating a hidden ref", hiddenHint},
	{"from fetches or from pushes", hiddenHint},
	{"pack exceeds maximum allowed size", "the server takes less at once, by its receive.maxInputSize; exprec push RUN gives it fewer runs"},
	{"hook declined", "a hook of the server decides that: who runs the server can let refs/exprec/* pass"},
}

const (
	noLargeHint  = "exprec push --no-large gives such runs without their large files"
	trustHint    = "git config --global http.sslCAInfo FILE trusts the authority of the host"
	passwordHint = "a credential helper, ~/.netrc or askpass must know the password, as for git fetch"
	wrongHint    = "the password or token that git has for this host is not the right one"
	hiddenHint   = "the server's transfer.hideRefs, receive.hideRefs and uploadpack.hideRefs have to leave out refs/exprec"
	mayNotHint   = "the user or token that git has for this host may not do that"
)

// remoteHint is empty where there is nothing to say beyond the error.
func remoteHint(err error) string {
	for _, h := range remoteHints {
		if strings.Contains(err.Error(), h.words) {
			return h.hint
		}
	}
	return ""
}
