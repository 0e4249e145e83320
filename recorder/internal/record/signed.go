package record

import (
	"strings"
	"time"
	"unicode/utf8"
)

// cloneField is what fields of notes begin with that name a clone: its id
// follows, and the value is what its people are called.
const cloneField = "clone/"

// maxSigner bounds the name of a clone, in bytes.
const maxSigner = 128

// Sign gives notes that say whose clone it is, unless they do already.
func (n Notes) Sign(clone, name string, now time.Time) Notes {
	name = signerName(name)
	if known, _ := n.Get(cloneField + clone); name == "" || name == known {
		return n
	}
	return n.Set(cloneField+clone, name, now, clone)
}

// Signer is whose clone it is, as the clone itself says, empty where nobody said.
// It is a claim, and foreign text.
func (n Notes) Signer(clone string) string {
	name, _ := n.Get(cloneField + clone)
	return signerName(name)
}

// signerName is a name as it is kept: one line of bounded length.
func signerName(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "\uFFFD")), " ")
	if len(name) <= maxSigner {
		return name
	}
	end := maxSigner
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return strings.TrimSpace(name[:end])
}
