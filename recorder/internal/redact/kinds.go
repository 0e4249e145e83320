package redact

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// kind is a form of secret that can be told wherever it stands.
type kind struct {
	name    string                 // for people
	markers []string               // one of them begins every secret of the kind
	pattern string                 // a regular expression for it, from the marker on
	word    bool                   // no letter, digit, - or _ may stand before it
	quick   func(text []byte) bool // says fast that the pattern does not match; may be nil
}

// kinds are the secrets that are known: keys of services whose form is their
// own, and keys in PEM. Only what is surely none of anything else is here.
var kinds = []kind{
	{"private key", []string{"-----BEGIN "}, `-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`, false, nil},
	{"AWS access key", []string{"AKIA", "ASIA"}, `(?:AKIA|ASIA)[0-9A-Z]{16}`, false, nil},
	{"GitHub token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, `(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{22,})`, false, nil},
	{"GitLab token", []string{"glpat-"}, `glpat-[0-9A-Za-z_-]{20,}`, false, nil},
	{"Hugging Face token", []string{"hf_"}, `hf_[0-9A-Za-z]{30,}`, false, nil},
	{"API key", []string{"sk-"}, `sk-(?:[0-9A-Za-z]{32,}|(?:proj|ant|live|test|svcacct|or)-[0-9A-Za-z_-]{20,})`, true, nil},
	{"Stripe key", []string{"sk_live_", "rk_live_"}, `[sr]k_live_[0-9A-Za-z]{24,}`, false, nil},
	{"Slack token", []string{"xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"}, `xox[abprs]-[0-9A-Za-z-]{10,}`, false, nil},
	{"Slack webhook", []string{"hooks.slack.com/"}, `hooks\.slack\.com/services/[0-9A-Za-z/]{20,}`, false, nil},
	{"Google API key", []string{"AIza"}, `AIza[0-9A-Za-z_-]{35}`, false, nil},
	{"npm token", []string{"npm_"}, `npm_[0-9A-Za-z]{36}`, false, nil},
	{"PyPI token", []string{"pypi-AgE"}, `pypi-AgE[0-9A-Za-z_-]{50,}`, false, nil},
	{"JSON web token", []string{"eyJ"}, `eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]+`, false, twoParts},
}

// twoParts reports whether a dot joins the head of a JSON web token to a body:
// the pattern alone would take a long time over a text full of heads.
func twoParts(text []byte) bool {
	for i, c := range text {
		if !inWord(c) {
			return bytes.HasPrefix(text[i:], []byte(".eyJ"))
		}
	}
	return false
}

// passwordInURL is the user and the password of a URL, from the colon behind
// the scheme on. Users without a password, such as git@host, are none.
const passwordInURL = `://[^/@\s:"'<>]*:([^/@\s"'<>]+)@`

// secretValue matches values that are secrets wherever they stand.
var secretValue = marked{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(alternatives()) })}

// marked is a pattern that is compiled when a text with a marker is met: that
// takes 5 ms, which every program that is recorded would pay at its start.
type marked struct{ pattern func() *regexp.Regexp }

func (m marked) Match(text []byte) bool { return hasMarker(text) && m.pattern().Match(text) }

func (m marked) ReplaceAllString(text, with string) string {
	if !hasMarker([]byte(text)) {
		return text
	}
	return m.pattern().ReplaceAllString(text, with)
}

func hasMarker(text []byte) bool {
	return slices.ContainsFunc(markers, func(marker []byte) bool { return bytes.Contains(text, marker) })
}

func alternatives() string {
	var patterns []string
	for _, k := range kinds {
		if k.word {
			k.pattern = `\b` + k.pattern
		}
		patterns = append(patterns, k.pattern)
	}
	return strings.Join(patterns, "|")
}

// markers begin every secret that secretValue knows: they are looked for
// first, which is much faster than the pattern.
var markers = allMarkers()

func allMarkers() (all [][]byte) {
	for _, k := range kinds {
		for _, marker := range k.markers {
			all = append(all, []byte(marker))
		}
	}
	return all
}
