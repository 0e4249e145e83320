package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// knownExtensions are those whose repositories look, to this package, like any
// other, after https://git-scm.com/docs/git-config#Documentation/git-config.txt-extensions.
func knownExtension(name, value string) error {
	switch name {
	case "noop", "noop-v1", "partialclone", "preciousobjects", "worktreeconfig", "relativeworktrees":
		return nil
	case "objectformat":
		if strings.EqualFold(value, "sha1") {
			return nil
		}
		return fmt.Errorf("its objects are named by %.20q instead of sha1", value)
	case "refstorage":
		if strings.EqualFold(value, "files") {
			return nil
		}
		return fmt.Errorf("its refs are stored as %.20q instead of files", value)
	}
	return fmt.Errorf("it has the extension %.40q, which is not known here", name)
}

// checkFormat refuses repositories that cannot be understood.
func checkFormat(r *Repository) error {
	if r.Foreign {
		return foreignError(r)
	}
	version, err := r.Config.Size("core.repositoryformatversion", 0)
	if err != nil || version < 0 || version > 1 {
		text, _ := r.Config.Get("core.repositoryformatversion")
		return unsuitable(r, fmt.Errorf("its format version is %.20q, and 0 and 1 are known", text))
	}
	for _, e := range r.Config.entries {
		name, ok := strings.CutPrefix(e.key, "extensions.")
		if !ok || e.trust {
			continue
		}
		// git itself ignores extensions it does not know in version 0.
		if err := knownExtension(name, e.value); err != nil && (version == 1 || name == "objectformat" || name == "refstorage") {
			return unsuitable(r, err)
		}
	}
	if isDir(filepath.Join(r.CommonDir, "reftable")) {
		return unsuitable(r, errors.New(`its refs are stored as "reftable" instead of files`))
	}
	return nil
}

// checkSuitable refuses repositories that can be read but not written.
func checkSuitable(r *Repository) error {
	if r.format != nil {
		return r.format
	}
	if env := os.Getenv("GIT_OBJECT_DIRECTORY"); env != "" {
		return unsuitable(r, fmt.Errorf("GIT_OBJECT_DIRECTORY sends its objects to %q, from where they may be thrown away", env))
	}
	for _, dir := range []string{"", "objects", "objects/pack", "refs", "refs/exprec"} {
		path := filepath.Join(r.CommonDir, filepath.FromSlash(dir))
		err := writable(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return unsuitable(r, fmt.Errorf("%q cannot be written to (%w)", path, err))
		}
	}
	return nil
}

func unsuitable(r *Repository, why error) error {
	return fmt.Errorf("%w %q: %w", ErrUnsuitable, r.CommonDir, why)
}

func foreignError(r *Repository) error {
	path := r.CommonDir
	if r.WorkTree != "" {
		path = r.WorkTree
	}
	return unsuitable(r, fmt.Errorf("somebody else owns it; if you trust it, say so with: git config --global --add safe.directory %q", path))
}

// foreign follows git's check of the owner: of the work tree, the file that
// points to the git directory, and that directory.
func foreign(r *Repository, found location) (bool, error) {
	if found.explicit {
		return false, nil
	}
	paths := []string{r.GitDir}
	for _, path := range []string{found.top, found.gitFile} {
		if path != "" {
			paths = append(paths, path)
		}
	}
	own := true
	for _, path := range paths {
		own = own && ownedByUser(path)
	}
	if own {
		return false, nil
	}
	global, err := loadConfig("")
	if err != nil {
		return false, err
	}
	named := found.top
	if named == "" {
		named = r.GitDir
	}
	return !safeDirectory(global.All("safe.directory"), named), nil
}

// safeDirectory reads the list as git does: an empty value empties it.
func safeDirectory(list []string, dir string) bool {
	safe := false
	for _, entry := range list {
		prefix, below := strings.CutSuffix(entry, "/*")
		switch {
		case entry == "":
			safe = false
		case entry == "*":
			safe = true
		case below && strings.HasPrefix(dir, realPath(expandHome(prefix))+"/"):
			safe = true
		case realPath(expandHome(entry)) == dir:
			safe = true
		}
	}
	return safe
}
