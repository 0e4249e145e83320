package gitstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// Every kind of repository in which a run can be stored: it is, and nothing
// else changes.
func TestSuitableRepositories(t *testing.T) {
	run := func(dir string, args ...string) func(*testing.T) string {
		return func(t *testing.T) string {
			user := gitstoretest.New(t)
			gitstoretest.Git(t, user, args...)
			return filepath.Join(user, dir)
		}
	}
	kinds := map[string]func(*testing.T) string{
		"a folder below":   run("src/deep", "status"),
		"linked work tree": run("linked", "worktree", "add", "-q", "linked"),
		"sparse":           run("", "sparse-checkout", "set", "--cone", "src"),
		"worktree config":  run("", "config", "extensions.worktreeConfig", "true"),
		"split index":      run("", "update-index", "--split-index"),
		"packed":           run("", "gc", "-q"),
		"detached":         run("", "-c", "advice.detachedHead=false", "checkout", "-q", "HEAD"),
		"unborn":           func(t *testing.T) string { return gitstoretest.Init(t) },
		"bare":             func(t *testing.T) string { return gitstoretest.Init(t, "--bare") },
		"git directory beside": func(t *testing.T) string {
			return gitstoretest.Init(t, "--separate-git-dir", filepath.Join(t.TempDir(), "x"))
		},
		"shallow":       cloneWith("--depth=1"),
		"alternates":    cloneWith("--shared"),
		"partial clone": cloneWith("--filter=blob:none", "--no-checkout"),
		"submodule": func(t *testing.T) string {
			user := gitstoretest.New(t)
			sub := filepath.Join(t.TempDir(), "sub")
			gitstoretest.Git(t, user, "clone", "-q", ".", sub)
			gitstoretest.Git(t, user, "-c", "protocol.file.allow=always", "submodule", "add", "-q", sub, "sub")
			return filepath.Join(user, "sub")
		},
	}
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			dir := make(t)
			defer gitstoretest.Unchanged(t, dir)()
			repo, err := gitstore.Find(dir)
			if err != nil || repo.Unsuitable != nil || repo.Foreign {
				t.Fatalf("found %+v, %v", repo, err)
			}
			sameAsGit(t, dir, repo)
			if err := helperCommit(dir, newestRun, gitstore.Hash{}); err != nil {
				t.Fatal(err)
			}
			if !checkRun(t, dir, newestRun) {
				t.Error("the run is not there")
			}
			head, err := repo.Head()
			want, _ := gitstoretest.Run(dir, "", "rev-parse", "--verify", "-q", "HEAD")
			if want = strings.TrimSpace(want); err != nil || want != "" && head.Commit.String() != want {
				t.Errorf("HEAD is %+v, %v; git says %s", head, err, want)
			}
			if s := open(t, dir); want != "" {
				if _, err := s.ReadCommit(head.Commit); err != nil {
					t.Error(err)
				}
			}
			gitstoretest.Fsck(t, dir)
		})
	}
}

func cloneWith(args ...string) func(*testing.T) string {
	return func(t *testing.T) string {
		user := gitstoretest.New(t)
		gitstoretest.Git(t, user, "config", "uploadpack.allowFilter", "true")
		dir := filepath.Join(t.TempDir(), "clone")
		gitstoretest.Git(t, user, append(append([]string{"clone", "-q"}, args...), "file://"+user, dir)...)
		return dir
	}
}

// sameAsGit compares what was found with what git finds.
func sameAsGit(t *testing.T, dir string, repo *gitstore.Repository) {
	t.Helper()
	ask := func(what string) string {
		out, err := gitstoretest.Run(dir, "", "rev-parse", "--path-format=absolute", what)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(out)
	}
	for what, got := range map[string]string{"--git-dir": repo.GitDir, "--git-common-dir": repo.CommonDir, "--show-toplevel": repo.WorkTree} {
		if want := ask(what); got != want {
			t.Errorf("%s is %q, git says %q", what, got, want)
		}
	}
}

// Where a run cannot be stored, one sentence says why, and nothing is written.
func TestUnsuitableRepositories(t *testing.T) {
	extension := func(name, value string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			gitstoretest.Git(t, dir, "config", "core.repositoryFormatVersion", "1")
			gitstoretest.Git(t, dir, "config", "extensions."+name, value)
		}
	}
	kinds := map[string]struct {
		spoil func(*testing.T, string)
		says  string
	}{
		"reftable":          {extension("refStorage", "reftable"), "reftable"},
		"unknown extension": {extension("tomorrow", "yes"), "tomorrow"},
		"sha256":            {extension("objectFormat", "sha256"), "sha256"},
		"future version": {func(t *testing.T, dir string) {
			gitstoretest.Git(t, dir, "config", "core.repositoryFormatVersion", "7")
		}, `"7"`},
		"other objects": {func(t *testing.T, dir string) { t.Setenv("GIT_OBJECT_DIRECTORY", filepath.Join(dir, ".git/objects")) }, "GIT_OBJECT_DIRECTORY"},
		"foreign": {func(t *testing.T, dir string) {
			for _, name := range []string{dir, filepath.Join(dir, ".git")} {
				if err := os.Chown(name, 12345, 12345); err != nil {
					t.Fatal(err)
				}
			}
		}, "safe.directory"},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			dir := gitstoretest.New(t)
			kind.spoil(t, dir)
			before, err := os.ReadDir(filepath.Join(dir, ".git"))
			if err != nil {
				t.Fatal(err)
			}
			repo, err := gitstore.Find(dir)
			if err != nil {
				t.Fatal(err)
			}
			_, err = repo.Open()
			if !errors.Is(err, gitstore.ErrUnsuitable) || !strings.Contains(err.Error(), kind.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %v", err)
			}
			if after, _ := os.ReadDir(filepath.Join(dir, ".git")); len(after) != len(before) {
				t.Error("something was written")
			}
			if repo.Foreign != (name == "foreign") {
				t.Errorf("Foreign is %v", repo.Foreign)
			}
		})
	}
}

func TestSafeDirectoryIsObeyed(t *testing.T) {
	dir := gitstoretest.New(t)
	if err := os.Chown(filepath.Join(dir, ".git"), 12345, 12345); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]bool{dir: false, "*": false, filepath.Dir(dir) + "/*": false, "/elsewhere": true} {
		t.Setenv("GIT_CONFIG_COUNT", "1")
		t.Setenv("GIT_CONFIG_KEY_0", "safe.directory")
		t.Setenv("GIT_CONFIG_VALUE_0", value)
		repo, err := gitstore.Find(dir)
		if err != nil || repo.Foreign != want {
			t.Errorf("with safe.directory %q Foreign is not %v: %+v, %v", value, want, repo, err)
		}
	}
}

// Another user may read, but not write.
func TestReadOnlyRepository(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "config", "--global", "--add", "safe.directory", "*")
	for at := dir; at != "/" && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "helper")
	data, err := os.ReadFile(self)
	if err == nil {
		err = os.WriteFile(binary, data, 0o755)
	}
	if err == nil {
		err = errors.Join(os.Chmod(filepath.Dir(binary), 0o755), os.Chmod(filepath.Dir(filepath.Dir(binary)), 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	command := helper(t, "stat "+dir)
	command.Path, command.Dir = binary, "/"
	command.Env = append(command.Env, "HOME=/nonexistent", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := command.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "false ") || !strings.Contains(string(out), "cannot be written to") {
		t.Errorf("another user is told %s, %v", out, err)
	}
}

// The environment that git sets for a hook leads to its repository and to no
// other.
func TestEnvironmentIsObeyed(t *testing.T) {
	other := gitstoretest.New(t)
	here := filepath.Join(t.TempDir(), "here")
	gitstoretest.Git(t, other, "init", "-q", here)
	defer gitstoretest.Unchanged(t, here)()
	t.Run("hook", func(t *testing.T) {
		t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
		t.Setenv("GIT_INDEX_FILE", filepath.Join(other, ".git", "another-index"))
		t.Setenv("GIT_WORK_TREE", other)
		repo, err := gitstore.Find(here)
		if err != nil || repo.GitDir != filepath.Join(other, ".git") || repo.WorkTree != other || filepath.Base(repo.IndexFile) != "another-index" {
			t.Fatalf("found %+v, %v", repo, err)
		}
		if err := helperCommit(here, newestRun, gitstore.Hash{}); err != nil || !checkRun(t, other, newestRun) {
			t.Errorf("the run is not in the repository of GIT_DIR: %v", err)
		}
	})
	t.Setenv("GIT_DIR", "/nonexistent")
	if _, err := gitstore.Find(here); !errors.Is(err, gitstore.ErrNoRepository) || !strings.Contains(err.Error(), "GIT_DIR") {
		t.Errorf("a wrong GIT_DIR gives %v", err)
	}
	os.Unsetenv("GIT_DIR")
	t.Setenv("GIT_CEILING_DIRECTORIES", here)
	below := filepath.Join(here, "a")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := gitstore.Find(below); !errors.Is(err, gitstore.ErrNoRepository) {
		t.Errorf("above the ceiling there is %v", err)
	}
	os.Remove(below)
}

func TestForeignLockIsNamedAndKept(t *testing.T) {
	dir := gitstoretest.New(t)
	if err := helperCommit(dir, newestRun, gitstore.Hash{}); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, ".git", newestRun+".lock")
	gitstoretest.Write(t, dir, ".git/"+newestRun+".lock", "")
	s := open(t, dir)
	tip, _ := s.Ref(newestRun)
	err := s.UpdateRef(t.Context(), newestRun, gitstore.Hash{}, tip)
	if !errors.Is(err, gitstore.ErrLocked) || !strings.Contains(err.Error(), lock) || !strings.Contains(err.Error(), "rm ") || !strings.Contains(err.Error(), "ago") {
		t.Errorf("the error is %v", err)
	}
	if !exists(lock) {
		t.Error("the lock was stolen")
	}
}

// What the private store makes can be read by its user only.
func TestPrivateStoreIsPrivate(t *testing.T) {
	gitstoretest.Isolate(t)
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "store.git")
	s, err := gitstore.OpenPrivate(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Commit(t.Context(), gitstore.Commit{Ref: newestRun, Tree: smallRun(""), Author: someone()}); err != nil {
		t.Fatal(err)
	}
	filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if info, infoErr := d.Info(); err != nil || infoErr != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", file, info.Mode(), errors.Join(err, infoErr))
		}
		return nil
	})
	gitstoretest.Fsck(t, dir)
}
