// Package redact keeps secrets out of what is recorded: it masks arguments and
// names the files that are never taken into a snapshot unasked. It promises no
// more than its lists: a secret in a place that looks like no secret gets
// through.
package redact

import (
	"bytes"
	"net/url"
	"path"
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

// Mask stands where a secret was.
const Mask = "[masked]"

// secretWord are the words in names of options and variables that carry
// secrets.
const secretWord = `(?:pass(?:word|wd|phrase)?|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|auth(?:orization)?|credentials?|bearer)`

// secretKey matches names of options and variables that carry secrets.
var secretKey = lazy.New(`(?i)(?:^|[^a-z])(?:` + secretWord + `|[a-z]*(?:password|passwd|passphrase|apikey))(?:[^a-z]|$)`)

// tokenOfText matches names whose token is one of a text, as models have them.
var tokenOfText = lazy.New(`(?i)(?:pad|eos|bos|unk|sep|cls|mask|num|max|min|per|special|image|end|stop)[-_.]?token(?:[-_.]?id)?$|(?:^|[^a-z])token[-_.]?(?:dim|size|len|length|count|limit|ids?|types?|level|dropout|embed\w*|mixing|merging)$`)

// Name reports whether an option, a parameter or a variable of this name
// carries a secret.
func Name(name string) bool {
	return secretKey.MatchString(name) && !tokenOfText.MatchString(name)
}

// Args is a command line with the secrets masked: the value of an option whose
// name says so, and whatever looks like a key of a known service.
func Args(args []string) []string {
	masked := make([]string, len(args))
	hideNext := false
	for i, arg := range args {
		masked[i] = arg
		if hideNext && !strings.HasPrefix(arg, "-") {
			masked[i], hideNext = Mask, false
			continue
		}
		hideNext = false
		name, _, found := strings.Cut(arg, "=")
		switch {
		case found && plainName.MatchString(name) && Name(name):
			masked[i] = name + "=" + Mask
		case strings.HasPrefix(arg, "-") && plainName.MatchString(arg) && Name(arg):
			hideNext = true
		default:
			masked[i] = Text(arg)
		}
	}
	return masked
}

// plainName matches what can be the name of an option or a variable: a whole
// script given with -c is none.
var plainName = lazy.New(`^[-+~A-Za-z0-9_.:/@]+$`)

// maxRounds bounds how often a text is masked again: a secret may come to light
// once the one that it hung on to is gone.
const maxRounds = 8

// Text masks the values in a text that are secrets wherever they stand, the
// passwords of URLs, and what is assigned to a name that says so.
func Text(text string) string {
	for range maxRounds {
		before := text
		if text = secretValue.ReplaceAllString(text, Mask); text == before {
			break
		}
	}
	if strings.Contains(text, "://") && strings.Contains(text, "@") {
		text = userinfo.ReplaceAllString(text, "$1"+Mask+"@")
	}
	if !named.MatchString(text) {
		return text
	}
	text = bearer.ReplaceAllString(text, "$1"+Mask)
	return maskAssigned(text)
}

var (
	named    = lazy.New(`(?i)` + secretWord + `|basic`) // without it nothing is assigned
	userinfo = lazy.New(`([A-Za-z0-9][A-Za-z0-9+.-]*://)[^/@\s]+@`)
	bearer   = lazy.New(`(?i)\b((?:authorization["']?\s*[:=]\s*["']?)?(?:bearer|basic|token)\s+)[A-Za-z0-9._~+/=-]{16,}`)
	// naming is what stands before a value: name=, "name": of JSON and Python,
	// and --name.
	naming = lazy.New(`([A-Za-z0-9_.-]+)=["']?|["']([A-Za-z0-9_.-]+)["']\s*[:=]\s*["']|(--?[A-Za-z][A-Za-z0-9_.-]*)\s+["']?`)
)

// maskAssigned masks the values of names that carry secrets.
func maskAssigned(text string) string {
	var out strings.Builder
	done := 0
	for _, at := range naming.FindAllStringSubmatchIndex(text, -1) {
		name := text[max(at[2], 0):max(at[3], 0)] + text[max(at[4], 0):max(at[5], 0)] + text[max(at[6], 0):max(at[7], 0)]
		length := strings.IndexAny(text[at[1]:]+"\n", " \t\r\n\"'&;,|)}")
		if at[1] < done || length == 0 || !Name(name) || at[6] >= 0 && text[at[1]] == '-' {
			continue
		}
		out.WriteString(text[done:at[1]] + Mask)
		done = at[1] + length
	}
	return out.String() + text[done:]
}

// Content says why an untracked file that begins like this is not taken into a
// snapshot, or is empty.
func Content(head []byte) string {
	for _, marker := range markers {
		if bytes.Contains(head, marker) {
			if secretValue.Match(head) {
				return "it holds what looks like a key or token; git add keeps it all the same"
			}
			return ""
		}
	}
	return ""
}

// URL is a remote's address without user and password.
func URL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return userinfo.ReplaceAllString(address, "$1")
	}
	if u.Scheme == "ssh" && u.User != nil {
		u.User = url.User(u.User.Username())
	} else {
		u.User = nil
	}
	return u.String()
}

// neverTaken are the patterns of files that hold secrets, matched against the
// lower-case base name.
var neverTaken = []string{
	".env", ".env.*", "*.env", ".envrc", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".htpasswd", ".npmrc", ".pypirc",
	".git-credentials", ".dockercfg", ".s3cfg", ".boto", "kubeconfig", "*.kubeconfig",
	"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk",
	"*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk", "*.asc", "*.gpg", "*.kdbx", "*.ovpn",
	"credentials", "credentials.json", "credentials.yaml", "credentials.yml", "client_secret*.json", "service-account*.json", "service_account*.json",
	"secrets.json", "secrets.yaml", "secrets.yml", "secrets.toml", "secret.json", "secret.yaml", "secret.yml", "terraform.tfvars", "*.tfstate",
	"kaggle.json", ".vault-token",
}

// harmless are names that match neverTaken and are made to be shared.
var harmless = []string{".env.example", ".env.sample", ".env.template", ".env.dist"}

// secretFolders hold nothing but secrets.
var secretFolders = []string{".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker"}

// File says why an untracked file is not taken into a snapshot, or is empty.
// The path is slash separated.
func File(name string) string {
	lower := strings.ToLower(name)
	dir, base := path.Split(lower)
	for _, folder := range secretFolders {
		if strings.Contains("/"+dir, "/"+folder+"/") {
			return "it is in " + folder + ", where secrets are kept"
		}
	}
	if matches(harmless, base) || !matches(neverTaken, base) {
		return ""
	}
	return "its name is that of a file with secrets"
}

func matches(patterns []string, base string) bool {
	for _, pattern := range patterns {
		if ok, _ := path.Match(pattern, base); ok {
			return true
		}
	}
	return false
}
