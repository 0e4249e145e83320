// Package redact keeps secrets out of what is recorded: it masks arguments and
// names the files that are never taken into a snapshot unasked. It promises no
// more than its lists: a secret in a place that looks like no secret gets
// through.
package redact

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Mask stands where a secret was.
const Mask = "[masked]"

// secretKey matches names of options and variables that carry secrets.
var secretKey = regexp.MustCompile(`(?i)(^|[^a-z])(pass(word|wd|phrase)?|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|auth(orization)?|credentials?|bearer)([^a-z]|$)`)

// secretValue matches values that are secrets wherever they stand.
var secretValue = regexp.MustCompile(`(AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{22,}|glpat-[0-9A-Za-z_-]{20,}|hf_[0-9A-Za-z]{30,}|\bsk-[0-9A-Za-z]{32,}|\bsk-(proj|ant|live|test)-[0-9A-Za-z_-]{20,}|xox[abprs]-[0-9A-Za-z-]{10,}|eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----`)

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
		case found && secretKey.MatchString(name):
			masked[i] = name + "=" + Mask
		case strings.HasPrefix(arg, "-") && secretKey.MatchString(arg):
			hideNext = true
		default:
			masked[i] = Text(arg)
		}
	}
	return masked
}

// Text masks the values in a text that are secrets wherever they stand, and
// the passwords of URLs.
func Text(text string) string {
	text = secretValue.ReplaceAllString(text, Mask)
	return userinfo.ReplaceAllString(text, "$1"+Mask+"@")
}

var userinfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/@\s]+@`)

// markers begin, or stand in, every secret that Content knows: they are looked
// for first, which is much faster than the pattern.
var markers = [][]byte{
	[]byte("PRIVATE KEY-----"), []byte("AKIA"), []byte("ASIA"), []byte("ghp_"), []byte("gho_"), []byte("ghu_"), []byte("ghs_"), []byte("ghr_"),
	[]byte("github_pat_"), []byte("glpat-"), []byte("hf_"), []byte("sk-"), []byte("xox"), []byte("eyJ"),
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
