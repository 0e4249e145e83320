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

// keptArchiveAge is how long one stays that nobody has asked for.
const keptArchiveAge = 30 * 24 * time.Hour

func (p *Project) keptArchiveFile(hash gitstore.Hash) string {
	return filepath.Join(p.Home(), archivesName, hash.String())
}

// keptArchive are the runs of an archive that has been read before.
func (p *Project) keptArchive(hash gitstore.Hash) (runs []archived, ok bool) {
	f, err := os.Open(p.keptArchiveFile(hash))
	if err != nil {
		return nil, false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, false
	}
	if runs, err = decodeArchive(f, info.Size(), hash); err != nil {
		return nil, false
	}
	if time.Since(info.ModTime()) > keptArchiveAge/2 {
		now := time.Now()
		_ = os.Chtimes(f.Name(), now, now) // it is in use
	}
	return runs, true
}

// keepArchive keeps what an archive holds, and drops what nobody asks for any
// more. Where it cannot be kept it is read again.
func (p *Project) keepArchive(hash gitstore.Hash, runs []archived) {
	_ = replaceFile(p.keptArchiveFile(hash), encodeArchive(runs, hash))
	dir := filepath.Join(p.Home(), archivesName)
	for _, name := range namesIn(dir) {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > keptArchiveAge {
			_ = os.Remove(file)
		}
	}
}
