package recorder

import (
	"os"
	"path/filepath"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// archivesName is the folder below a home that keeps what the archives of
// remotes hold, a file for each, called by its commit. It can be made anew.
const archivesName = "archives"

const (
	// maxKeptArchive bounds such a file, in bytes.
	maxKeptArchive = maxArchived * int64(tipLine)
	// keptArchiveAge is how long one stays that nobody has asked for.
	keptArchiveAge = 30 * 24 * time.Hour
)

func (p *Project) keptArchiveFile(hash gitstore.Hash) string {
	return filepath.Join(p.Home(), archivesName, hash.String())
}

// keptArchive are the runs of an archive that has been read before.
func (p *Project) keptArchive(hash gitstore.Hash) (runs []archived, ok bool) {
	file := p.keptArchiveFile(hash)
	text, err := readBounded(file, maxKeptArchive)
	if err != nil {
		return nil, false
	}
	if runs, err = decodeArchive(text, hash); err != nil {
		return nil, false
	}
	if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > keptArchiveAge/2 {
		now := time.Now()
		_ = os.Chtimes(file, now, now) // it is in use
	}
	return runs, true
}

// keepArchive keeps what an archive holds, and drops what nobody asks for any
// more. Where it cannot be kept it is read again.
func (p *Project) keepArchive(hash gitstore.Hash, runs []archived) {
	_ = replaceFile(p.keptArchiveFile(hash), encodeArchive(runs))
	dir := filepath.Join(p.Home(), archivesName)
	for _, name := range namesIn(dir) {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > keptArchiveAge {
			_ = os.Remove(file)
		}
	}
}
