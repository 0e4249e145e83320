package recorder

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// archivePrefix is where older runs lie, many in one ref: refs/exprec-archive/<yyyy-mm>.
// FORMAT.md ("Refs") says how.
const archivePrefix = "refs/exprec-archive/"

const (
	// bucketDigits of a UUID name the folder that a run lies in.
	bucketDigits = 2
	// maxArchived bounds the runs of one archive.
	maxArchived = 1_000_000
)

// archived is a run in an archive.
type archived struct {
	uuid string
	tip  gitstore.Hash
}

// derivedSigner and archiveMessage are those of every commit of an archive, so
// that equal runs give equal ids.
var derivedSigner = gitstore.Signature{Name: "exprec", Email: "exprec@localhost", When: time.Unix(0, 0)}

const archiveMessage = "exprec: archive"

// errNoArchive is said of a commit that is not as archives are.
var errNoArchive = errors.New("it is no archive of runs")

// monthOf is the month that a ref is the archive of.
func monthOf(name string) (month string, ok bool) {
	month, ok = strings.CutPrefix(name, archivePrefix)
	if !ok {
		return "", false
	}
	t, err := time.Parse("2006-01", month)
	return month, err == nil && t.Format("2006-01") == month
}

// archiveObjects are the commits and trees of an archive of runs, which are
// sorted by UUID and differ in it; the last one is the archive itself.
func archiveObjects(runs []archived) (hash gitstore.Hash, objects []gitstore.NewObject) {
	var buckets []gitstore.TreeEntry
	var parents []gitstore.Hash
	for rest := runs; len(rest) > 0; {
		digits := rest[0].uuid[:bucketDigits]
		n := 1
		for n < len(rest) && strings.HasPrefix(rest[n].uuid, digits) {
			n++
		}
		tips, entries := make([]gitstore.Hash, n), make([]gitstore.TreeEntry, n)
		for i, r := range rest[:n] {
			tips[i], entries[i] = r.tip, gitstore.TreeEntry{Name: r.uuid, Mode: filemode.Submodule, Hash: r.tip}
		}
		tree := gitstore.TreeObject(entries)
		commit := gitstore.CommitObject(tree.Hash, tips, derivedSigner, archiveMessage)
		objects = append(objects, tree, commit)
		buckets = append(buckets, gitstore.TreeEntry{Name: digits, Mode: filemode.Dir, Hash: tree.Hash})
		parents = append(parents, commit.Hash)
		rest = rest[n:]
	}
	tree := gitstore.TreeObject(buckets)
	commit := gitstore.CommitObject(tree.Hash, parents, derivedSigner, archiveMessage)
	return commit.Hash, append(objects, tree, commit)
}

// readArchive reads the runs of an archive from its trees. One whose commits
// are not those that follow from its runs is none: it might not keep them alive.
func readArchive(store *gitstore.Store, hash gitstore.Hash) ([]archived, error) {
	commit, err := store.ReadCommit(hash)
	if err != nil {
		return nil, err
	}
	root, err := store.ReadTree(commit.Tree)
	if err != nil {
		return nil, err
	}
	runs, err := archivedIn(root, store.ReadTree)
	if err != nil {
		return nil, err
	}
	if now, _ := archiveObjects(runs); now != hash {
		return nil, fmt.Errorf("%w: its commits are not those of the runs that it names", errNoArchive)
	}
	return runs, nil
}

// archivedIn takes the runs out of the trees of an archive, sorted by UUID.
func archivedIn(root []gitstore.TreeEntry, read func(gitstore.Hash) ([]gitstore.TreeEntry, error)) ([]archived, error) {
	var runs []archived
	for _, bucket := range root {
		if bucket.Mode != filemode.Dir || len(bucket.Name) != bucketDigits {
			return nil, fmt.Errorf("%w: it holds %.40q", errNoArchive, bucket.Name)
		}
		entries, err := read(bucket.Hash)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Mode != filemode.Submodule || !strings.HasPrefix(e.Name, bucket.Name) || record.CheckUUID(e.Name) != nil {
				return nil, fmt.Errorf("%w: it holds %s/%.40q", errNoArchive, bucket.Name, e.Name)
			}
			if runs = append(runs, archived{e.Name, e.Hash}); len(runs) > maxArchived {
				return nil, fmt.Errorf("%w: it has more than %d runs", errNoArchive, maxArchived)
			}
		}
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%w: it is empty", errNoArchive)
	}
	if !slices.IsSortedFunc(runs, func(a, b archived) int { return strings.Compare(a.uuid, b.uuid) }) {
		return nil, fmt.Errorf("%w: its runs are not sorted", errNoArchive)
	}
	return runs, nil
}

// sortedRuns are runs sorted by UUID.
func sortedRuns(tips map[string]gitstore.Hash) []archived {
	runs := make([]archived, 0, len(tips))
	for _, uuid := range slices.Sorted(maps.Keys(tips)) {
		runs = append(runs, archived{uuid, tips[uuid]})
	}
	return runs
}

// findArchived is where a run stands among those of an archive.
func findArchived(runs []archived, uuid string) (at int, ok bool) {
	return slices.BinarySearchFunc(runs, uuid, func(r archived, uuid string) int { return strings.Compare(r.uuid, uuid) })
}

// encodeArchive is an archive as it is kept in a file: a line for each run, its
// UUID, a space and its commit; and then the checksum of them.
func encodeArchive(runs []archived, hash gitstore.Hash) []byte {
	text := make([]byte, 0, len(runs)*tipLine+checksumSize)
	for _, r := range runs {
		text = appendTip(text, r.uuid, r.tip)
	}
	sum := archiveChecksum(hash)
	sum.Write(text)
	return sum.Sum(text)
}

// checksumSize is that of the end of such a file.
const checksumSize = 4

// archiveChecksum tells the file of an archive from a damaged one, and from that
// of another archive. To make the commits again, as is done with all that comes
// from elsewhere, takes many times as long, and would be done in each exchange.
func archiveChecksum(of gitstore.Hash) hash.Hash32 {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	sum.Write(of[:])
	return sum
}

// decodeArchive reads what [encodeArchive] writes, of so many bytes.
func decodeArchive(r io.Reader, size int64, hash gitstore.Hash) ([]archived, error) {
	size -= checksumSize
	if size <= 0 || size > maxArchived*int64(tipLine) || size%int64(tipLine) != 0 {
		return nil, errNoArchive
	}
	var text strings.Builder
	text.Grow(int(size))
	sum, end := archiveChecksum(hash), make([]byte, checksumSize)
	if _, err := io.CopyN(io.MultiWriter(&text, sum), r, size); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(r, end); err != nil || !bytes.Equal(end, sum.Sum(nil)) {
		return nil, errNoArchive
	}
	runs := make([]archived, 0, size/int64(tipLine))
	for lines := text.String(); len(lines) > 0; lines = lines[tipLine:] {
		uuid, tip, ok := parseTip(lines[:tipLine])
		if !ok {
			return nil, errNoArchive
		}
		runs = append(runs, archived{uuid, tip})
	}
	return runs, nil
}
