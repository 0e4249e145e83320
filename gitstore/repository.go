package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Repository is a git repository that was found, with everything that must be
// known before it is written to. All paths are absolute.
type Repository struct {
	WorkTree  string // "" of a bare repository
	GitDir    string // of this work tree
	CommonDir string // shared by all work trees: objects, refs, config
	IndexFile string

	// Config is what git would read. Where the repository is Foreign, it holds
	// nothing of the repository's own.
	Config *Config

	// Unsuitable is why trees cannot be stored here, nil where they can.
	Unsuitable error
	// Foreign: somebody else owns the repository, and the user has not said
	// (safe.directory) that it may be trusted.
	Foreign bool

	format error // why it cannot even be read

	packedRefs packedCache
}

// Find is the repository that git would use in a folder: the environment is
// obeyed, then the folders are searched upwards. It only looks: nothing is
// written, no process is run. The error is ErrNoRepository where there is none.
func Find(dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	r, found, err := locate(dir)
	if err != nil {
		return nil, err
	}
	if err := r.readCommonDir(dir); err != nil {
		return nil, err
	}
	return r, r.examine(dir, found)
}

// location says how a repository was found, which decides its work tree.
type location struct {
	explicit bool   // GIT_DIR named it
	gitFile  string // the file that points to it
	top      string // the folder whose .git it is; "" where it is the folder itself
}

func locate(dir string) (*Repository, location, error) {
	if env := os.Getenv("GIT_DIR"); env != "" {
		gitDir, file, err := followGitFile(absolute(dir, env))
		if err != nil {
			return nil, location{}, err
		}
		if !isGitDir(gitDir) {
			return nil, location{}, fmt.Errorf("GIT_DIR is %q, which is no git repository: unset it, or correct it: %w", env, ErrNoRepository)
		}
		return &Repository{GitDir: gitDir}, location{explicit: true, gitFile: file, top: dir}, nil
	}
	ceilings := ceilingDirectories()
	for at := dir; ; at = filepath.Dir(at) {
		r, found, err := look(at)
		if r != nil || err != nil {
			return r, found, err
		}
		parent := filepath.Dir(at)
		if parent == at || ceilings[parent] || !mayCross(at, parent) {
			return nil, location{}, fmt.Errorf("%q is %w", dir, ErrNoRepository)
		}
	}
}

// look tells whether one folder is the top of a work tree, or a git directory.
func look(at string) (*Repository, location, error) {
	dot := filepath.Join(at, ".git")
	if _, err := os.Stat(dot); err == nil {
		gitDir, file, err := followGitFile(dot)
		if err != nil {
			return nil, location{}, err
		}
		if isGitDir(gitDir) {
			return &Repository{GitDir: gitDir}, location{gitFile: file, top: at}, nil
		}
		if file != "" {
			return nil, location{}, fmt.Errorf("%q points to %q, which is %w", file, gitDir, ErrNoRepository)
		}
	}
	if isGitDir(at) {
		return &Repository{GitDir: at}, location{}, nil
	}
	return nil, location{}, nil
}

// ceilingDirectories are the folders that the search does not go up into.
func ceilingDirectories() map[string]bool {
	ceilings := map[string]bool{}
	resolve := true
	for _, dir := range filepath.SplitList(os.Getenv("GIT_CEILING_DIRECTORIES")) {
		if dir == "" { // what follows an empty one is taken as it stands
			resolve = false
			continue
		}
		if real, err := filepath.EvalSymlinks(dir); resolve && err == nil {
			dir = real
		}
		ceilings[filepath.Clean(dir)] = true
	}
	return ceilings
}

// mayCross keeps the search in one file system, as git does.
func mayCross(from, to string) bool {
	c := &Config{entries: []configEntry{{key: "x.y", value: os.Getenv("GIT_DISCOVERY_ACROSS_FILESYSTEM")}}}
	return c.Bool("x.y", false) || sameDevice(from, to)
}

// followGitFile reads a .git that is a file: "gitdir: PATH", as linked work
// trees and submodules have it.
func followGitFile(path string) (gitDir, file string, err error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return path, "", nil
	}
	text, err := readLine(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("read %q: %w", path, err)
	}
	target, ok := strings.CutPrefix(text, "gitdir:")
	if !ok {
		return "", "", fmt.Errorf("%q is no git directory and points to none: %w", path, ErrNoRepository)
	}
	return absolute(filepath.Dir(path), strings.TrimSpace(target)), path, nil
}

// isGitDir is git's own test: a HEAD that makes sense, objects and refs.
func isGitDir(dir string) bool {
	head, err := readHead(filepath.Join(dir, "HEAD"))
	if err != nil {
		return false
	}
	target, symbolic := strings.CutPrefix(head, "ref:")
	if symbolic && !strings.HasPrefix(strings.TrimSpace(target), "refs/") || !symbolic && !isHex(head) {
		return false
	}
	common := dir
	if text, err := readLine(filepath.Join(dir, "commondir")); err == nil {
		common = absolute(dir, text)
	}
	if env := os.Getenv("GIT_COMMON_DIR"); env != "" {
		common = absolute(dir, env)
	}
	return isDir(filepath.Join(common, "refs")) && (os.Getenv("GIT_OBJECT_DIRECTORY") != "" || isDir(filepath.Join(common, "objects")))
}

func isHex(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func absolute(base, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

func (r *Repository) readCommonDir(dir string) error {
	r.CommonDir = r.GitDir
	text, err := readLine(filepath.Join(r.GitDir, "commondir"))
	if err == nil {
		r.CommonDir = absolute(r.GitDir, text)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the git directory: %w", err)
	}
	if env := os.Getenv("GIT_COMMON_DIR"); env != "" {
		r.CommonDir = absolute(dir, env)
	}
	return nil
}

// examine reads the configuration and finds work tree and index.
func (r *Repository) examine(dir string, found location) error {
	var err error
	if r.Foreign, err = foreign(r, found); err != nil {
		return err
	}
	if r.Foreign {
		if r.Config, err = loadConfig(""); err != nil {
			return err
		}
	} else if r.Config, err = r.loadOwnConfig(); err != nil {
		return err
	}
	r.findWorkTree(dir, found)
	r.IndexFile = filepath.Join(r.GitDir, "index")
	if env := os.Getenv("GIT_INDEX_FILE"); env != "" {
		base := r.WorkTree
		if base == "" {
			base = dir
		}
		r.IndexFile = absolute(base, env)
	}
	r.format = checkFormat(r)
	r.Unsuitable = checkSuitable(r)
	return nil
}

func (r *Repository) loadOwnConfig() (*Config, error) {
	local := filepath.Join(r.CommonDir, "config")
	files := []string{local}
	only := &configLoader{gitDir: r.GitDir, config: &Config{}}
	if err := only.file(local, 0); err != nil {
		return nil, err
	}
	if only.config.Bool("extensions.worktreeconfig", false) {
		files = append(files, filepath.Join(r.GitDir, "config.worktree"))
	}
	return loadConfig(r.GitDir, files...)
}

// findWorkTree follows git: GIT_WORK_TREE, core.worktree, then where .git was.
func (r *Repository) findWorkTree(dir string, found location) {
	if env := os.Getenv("GIT_WORK_TREE"); env != "" {
		r.WorkTree = realPath(absolute(dir, env))
		return
	}
	if tree, ok := r.Config.Get("core.worktree"); ok && tree != "" && (found.explicit || found.top != "") {
		r.WorkTree = realPath(absolute(r.GitDir, tree))
		return
	}
	if r.GitDir == r.CommonDir && r.Config.Bool("core.bare", false) {
		return
	}
	r.WorkTree = found.top
}

func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}
