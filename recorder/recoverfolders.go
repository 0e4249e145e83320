package recorder

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/exprec/exprec/recorder/internal/record"
)

// folders are those of runs to look at. Folders of journals that are in no
// record are looked for in all of them, where a person asked.
func (r *recovery) folders() []string {
	if !r.asked {
		return r.project.unsealed()
	}
	return r.project.runFolders(func(dir, name string) bool {
		return hasJournals(dir, name) || len(keptIn(filepath.Join(dir, name))) > 0
	})
}

// unsealed are the folders of runs that still have journals.
func (p *Project) unsealed() []string {
	return p.runFolders(hasJournals)
}

// hasJournals reports whether a run's folder, called name in dir, has journals.
func hasJournals(dir, name string) bool {
	_, err := os.Stat(dir + string(filepath.Separator) + name + string(filepath.Separator) + journalName)
	return err == nil
}

// runFolders are the folders of runs in all homes that pass a test, by their
// names in a home.
func (p *Project) runFolders(test func(dir, name string) bool) []string {
	var folders []string
	for _, home := range p.homes {
		dir := filepath.Join(home, "runs")
		for _, name := range namesIn(dir) {
			if record.CheckUUID(name) == nil && test(dir, name) && !isWaiting(filepath.Join(dir, name)) {
				folders = append(folders, filepath.Join(dir, name))
			}
		}
	}
	return folders
}

// namesIn are the names in a folder, sorted; none of one that cannot be read.
func namesIn(dir string) []string {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	slices.Sort(names)
	return names
}

// inOrder puts each run before its continuation, which may wait for more of it.
func inOrder(folders []string) []string {
	before := map[string]string{} // by the id of the continuation
	for _, folder := range folders {
		before[continuationOf(filepath.Base(folder))] = folder
	}
	ordered, seen := make([]string, 0, len(folders)), map[string]bool{}
	var visit func(folder string)
	visit = func(folder string) {
		if seen[folder] {
			return
		}
		seen[folder] = true
		if first, ok := before[filepath.Base(folder)]; ok {
			visit(first)
		}
		ordered = append(ordered, folder)
	}
	for _, folder := range folders {
		visit(folder)
	}
	return ordered
}

// maxBriefly is how many bytes of journals and files a run may have that is
// recovered in passing: a second's work or two.
const maxBriefly = 64 << 20

// takesLong reports whether sealing a run takes more time than a command
// should on its way to something else.
func takesLong(folder string) bool {
	var size int64
	for _, part := range []string{journalName, "files", "images", "output"} {
		err := filepath.WalkDir(filepath.Join(folder, part), func(_ string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			if info, err := d.Info(); err == nil {
				size += info.Size()
			}
			if size > maxBriefly {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil || size > maxBriefly {
			return err == nil
		}
	}
	return false
}
