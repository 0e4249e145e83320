package gitstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Head is what is checked out: a commit, and the branch it belongs to.
type Head struct {
	Commit Hash   // zero on a branch without commits
	Branch string // without refs/heads/; "" when a commit is checked out itself
}

// maxSymbolic is how many symbolic refs are followed, as in git.
const maxSymbolic = 5

// Head reads HEAD of the work tree.
func (r *Repository) Head() (Head, error) {
	if r.format != nil {
		return Head{}, r.format
	}
	target, err := readHead(filepath.Join(r.GitDir, "HEAD"))
	if err != nil {
		return Head{}, err
	}
	name, symbolic := strings.CutPrefix(target, "ref:")
	if !symbolic {
		h, ok := parseHash(target)
		if !ok {
			return Head{}, fmt.Errorf("%q holds neither a ref nor a commit: %w", filepath.Join(r.GitDir, "HEAD"), ErrCorrupt)
		}
		return Head{Commit: h}, nil
	}
	name = strings.TrimSpace(name)
	head := Head{Branch: strings.TrimPrefix(name, "refs/heads/")}
	head.Commit, err = r.resolve(name)
	return head, err
}

// resolve follows a ref to its commit, zero where it is not there.
func (r *Repository) resolve(name string) (Hash, error) {
	for range maxSymbolic {
		if err := checkRefName(name); err != nil {
			return Hash{}, err
		}
		text, err := readHead(filepath.Join(r.refDir(name), filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
			return r.packed(name)
		}
		if err != nil {
			return Hash{}, err
		}
		next, symbolic := strings.CutPrefix(text, "ref:")
		if symbolic {
			name = strings.TrimSpace(next)
			continue
		}
		h, ok := parseHash(text)
		if !ok {
			return Hash{}, fmt.Errorf("the ref %q holds no commit: %w", name, ErrCorrupt)
		}
		return h, nil
	}
	return Hash{}, fmt.Errorf("the symbolic ref %q leads to others without end: %w", name, ErrCorrupt)
}

func (r *Repository) packed(name string) (Hash, error) {
	h, err := (&Store{dir: r.CommonDir, repo: r}).packedRef(name)
	if errors.Is(err, ErrNotFound) {
		return Hash{}, nil
	}
	return h, err
}

// refDir is where a ref lies: some belong to one work tree only.
func (r *Repository) refDir(name string) string {
	for _, own := range []string{"refs/bisect/", "refs/worktree/", "refs/rewritten/"} {
		if strings.HasPrefix(name, own) {
			return r.GitDir
		}
	}
	return r.CommonDir
}

// readHead reads a small file of one line; a symbolic link is what old
// versions of git wrote for a symbolic ref.
func readHead(file string) (string, error) {
	if target, err := os.Readlink(file); err == nil && strings.HasPrefix(target, "refs/") {
		return "ref: " + target, nil
	}
	return readLine(file)
}

func readLine(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%q is no file: %w", file, fs.ErrNotExist)
	}
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxRefFile))
	return strings.TrimSpace(string(data)), err
}

func headBranch(gitDir string) (string, bool) {
	text, err := readHead(filepath.Join(gitDir, "HEAD"))
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(text, "ref: refs/heads/")
}

// Author is who git would write as the author of a commit, at the present
// time. What is not configured is exprec <exprec@localhost>: the name of the
// host is never told. Without a repository r may be nil.
func (r *Repository) Author() Signature {
	var config *Config
	if r != nil {
		config = r.Config
	} else {
		config, _ = loadConfig("")
	}
	pick := func(fallback string, values ...string) string {
		for _, value := range values {
			if value = cleanSignature(value); value != "" {
				return value
			}
		}
		return fallback
	}
	get := func(key string) string { value, _ := config.Get(key); return value }
	return Signature{
		Name:  pick("exprec", os.Getenv("GIT_AUTHOR_NAME"), get("author.name"), get("user.name")),
		Email: pick("exprec@localhost", os.Getenv("GIT_AUTHOR_EMAIL"), get("author.email"), get("user.email"), os.Getenv("EMAIL")),
		When:  time.Now().UTC(),
	}
}
