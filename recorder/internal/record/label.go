package record

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"sync"
)

// Alias draws two words from a run's UUID, such as "quiet-maple". Its first
// digits say nothing about the words, so that an alias and a short id are two
// different hints.
func Alias(uuid string) string {
	sum := sha256.Sum256([]byte(uuid))
	return pick(adjectiveList(), sum[0:4]) + "-" + pick(nounList(), sum[4:8])
}

// The words are split once, and only where somebody asks for an alias.
var (
	adjectiveList = sync.OnceValue(func() []string { return strings.Fields(adjectives) })
	nounList      = sync.OnceValue(func() []string { return strings.Fields(nouns) })
)

func pick(words []string, random []byte) string {
	return words[binary.BigEndian.Uint32(random)%uint32(len(words))]
}

// Label is how the run is called where no notes give it another title: its
// title, else its name, else its alias, else the first digits of its UUID.
func (r *Run) Label() string {
	for _, s := range []string{r.Title, r.Name, r.Alias} {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return r.UUID[:min(8, len(r.UUID))]
}
