package gitstore

import (
	"encoding/hex"
	"fmt"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"
)

// splitLink says how a split index changes the shared one that it builds on.
type splitLink struct {
	base    string // name of the shared index, hexadecimal
	bitmaps string // which entries are deleted, then which are replaced
}

func parseSplitLink(body string, hashSize int) (*splitLink, error) {
	if len(body) < hashSize {
		return nil, errGitIndex
	}
	base, rest := body[:hashSize], body[hashSize:]
	if strings.Trim(base, "\x00") == "" {
		return nil, nil
	}
	return &splitLink{base: hex.EncodeToString([]byte(base)), bitmaps: rest}, nil
}

// changes gives the places in the shared index, of so many entries, that are
// deleted and replaced, ascending.
func (l *splitLink) changes(entries int) (deleted, replaced []int, err error) {
	if l.bitmaps == "" {
		return nil, nil, nil
	}
	deleted, rest, ok := parseBitmap(l.bitmaps, entries)
	if ok {
		replaced, _, ok = parseBitmap(rest, entries)
	}
	if !ok {
		return nil, nil, errGitIndex
	}
	return deleted, replaced, nil
}

// parseBitmap reads a compressed bitmap (EWAH): a word says how many equal
// words come and then how many literal ones. It gives the places of the ones, all below limit.
func parseBitmap(data string, limit int) (places []int, rest string, ok bool) {
	if len(data) < 8 {
		return nil, "", false
	}
	words := int64(beUint32(data[4:])) // before it the size in bits, which the words tell too
	data = data[8:]
	if words*8+4 > int64(len(data)) {
		return nil, "", false
	}
	at := int64(0)
	for i := int64(0); i < words; {
		marker := beUint64(data[i*8:])
		i++
		equal, literal := int64(marker>>1&0xffffffff), int64(marker>>33)
		if at+64*(equal+literal) > int64(limit)+64 || literal > words-i {
			return nil, "", false
		}
		if marker&1 != 0 {
			for range equal * 64 {
				places = append(places, int(at))
				at++
			}
		} else {
			at += equal * 64
		}
		for range literal {
			for word := beUint64(data[i*8:]); word != 0; word &= word - 1 {
				places = append(places, int(at)+bits.TrailingZeros64(word))
			}
			at += 64
			i++
		}
	}
	return places, data[words*8+4:], true
}

func beUint64(s string) uint64 { return uint64(beUint32(s))<<32 | uint64(beUint32(s[4:])) }

// joinShared puts the shared index below the split one. Replacing entries
// come first and have no path of their own.
func (x *index) joinShared(gitDir string) error {
	link := x.split
	data, _, err := readIndexFile(filepath.Join(gitDir, "sharedindex."+link.base))
	if err != nil {
		return fmt.Errorf("it is split, and its shared part cannot be read: %w", err)
	}
	shared, err := parseIndex(data, x.hashSize)
	if err != nil {
		return err
	}
	deleted, replaced, err := link.changes(len(shared.entries))
	if err != nil {
		return err
	}
	own := x.entries
	if len(replaced) > len(own) {
		return errGitIndex
	}
	for i, place := range replaced {
		if place >= len(shared.entries) || own[i].path != "" {
			return errGitIndex
		}
		own[i].path = shared.entries[place].path
		shared.entries[place] = own[i]
	}
	for _, place := range deleted {
		if place >= len(shared.entries) {
			return errGitIndex
		}
		shared.entries[place].path = ""
	}
	all := slices.DeleteFunc(shared.entries, func(e indexEntry) bool { return e.path == "" })
	all = append(all, own[len(replaced):]...)
	slices.SortFunc(all, func(a, b indexEntry) int {
		if c := strings.Compare(a.path, b.path); c != 0 {
			return c
		}
		return a.stage() - b.stage()
	})
	x.entries, x.split = all, nil
	return nil
}
