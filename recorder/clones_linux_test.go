package recorder

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// cloneKinds are the ways in which people have a repository. Each makes one of
// the server's, in a folder that is not there yet, and gives the folder where
// its user works.
var cloneKinds = map[string]func(t *testing.T, url, dir string) string{
	"shallow":       cloned("--depth", "1"),
	"shallow more":  cloned("--depth", "2", "--no-single-branch"),
	"no blobs":      cloned("--filter=blob:none"),
	"no trees":      cloned("--filter=tree:0"),
	"single branch": cloned("--single-branch"),
	"few files, no blobs": func(t *testing.T, url, dir string) string {
		return sparse(t, cloned("--filter=blob:none", "--sparse")(t, url, dir))
	},
	"few files, no trees, shallow": func(t *testing.T, url, dir string) string {
		return sparse(t, cloned("--depth=1", "--filter=tree:0", "--sparse")(t, url, dir))
	},
	"sparse": func(t *testing.T, url, dir string) string {
		return sparse(t, cloned("--sparse")(t, url, dir))
	},
	"reference": func(t *testing.T, url, dir string) string {
		other := cloned("--bare")(t, url, dir+".other")
		return cloned("--reference", other)(t, url, dir)
	},
	"relative alternates": func(t *testing.T, url, dir string) string {
		other := cloned("--bare")(t, url, dir+".other")
		cloned("--shared")(t, other, dir+".between")
		cloned("--shared")(t, dir+".between", dir)
		gitstoretest.Write(t, dir+".between", ".git/objects/info/alternates", "../../../"+filepath.Base(other)+"/objects\n")
		gitstoretest.Git(t, dir, "remote", "set-url", "origin", url)
		return dir
	},
	"dissociated": func(t *testing.T, url, dir string) string {
		other := cloned("--bare")(t, url, dir+".other")
		return cloned("--reference", other, "--dissociate")(t, url, dir)
	},
	"linked worktree": func(t *testing.T, url, dir string) string {
		gitstoretest.Git(t, cloned()(t, url, dir), "worktree", "add", "-q", dir+".linked")
		return dir + ".linked"
	},
	"settings of a worktree": func(t *testing.T, url, dir string) string {
		gitstoretest.Git(t, cloned()(t, url, dir), "config", "extensions.worktreeConfig", "true")
		gitstoretest.Git(t, dir, "worktree", "add", "-q", dir+".linked")
		gitstoretest.Git(t, dir, "config", "--unset", "remote.origin.url")
		gitstoretest.Git(t, dir+".linked", "config", "--worktree", "remote.origin.url", url)
		return dir + ".linked"
	},
	"submodule": func(t *testing.T, url, dir string) string {
		gitstoretest.Git(t, filepath.Dir(dir), "init", "-q", dir)
		gitstoretest.Git(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "part")
		return filepath.Join(dir, "part")
	},
	"separate git directory": func(t *testing.T, url, dir string) string {
		return cloned("--separate-git-dir", dir+".elsewhere")(t, url, dir)
	},
	"no remote-tracking branches": func(t *testing.T, url, dir string) string {
		gitstoretest.Git(t, cloned()(t, url, dir), "remote", "remove", "origin")
		gitstoretest.Git(t, dir, "remote", "add", "origin", url)
		return dir
	},
	"replaced objects": func(t *testing.T, url, dir string) string {
		gitstoretest.Git(t, cloned()(t, url, dir), "replace", "--graft", "HEAD~1")
		gitstoretest.Git(t, dir, "replace", "HEAD:src/4/4.txt", "HEAD:src/5/5.txt")
		return dir
	},
	"a graft": func(t *testing.T, url, dir string) string {
		parent := gitstoretest.Git(t, cloned()(t, url, dir), "rev-parse", "HEAD~1")
		gitstoretest.Write(t, dir, ".git/info/grafts", parent+"\n")
		return dir
	},
	"one commit, as in CI": func(t *testing.T, url, dir string) string {
		tip, _, _ := strings.Cut(gitstoretest.Git(t, filepath.Dir(dir), "ls-remote", url, "refs/heads/main"), "\t")
		gitstoretest.Git(t, filepath.Dir(dir), "init", "-q", dir)
		gitstoretest.Git(t, dir, "remote", "add", "origin", url)
		gitstoretest.Git(t, dir, "fetch", "-q", "--depth=1", "origin", tip)
		gitstoretest.Git(t, dir, "checkout", "-q", "FETCH_HEAD")
		return dir
	},
}

func cloned(options ...string) func(t *testing.T, url, dir string) string {
	return func(t *testing.T, url, dir string) string {
		gitstoretest.Git(t, filepath.Dir(dir), append(append([]string{"clone", "-q"}, options...), url, dir)...)
		return dir
	}
}

func sparse(t *testing.T, dir string) string {
	gitstoretest.Git(t, dir, "sparse-checkout", "set", "src/4")
	return dir
}

// newServer is a repository with some files that serves what it is asked
// for, and the address that makes git speak to it as to any other machine.
func newServer(t *testing.T) (dir, url string) {
	first := gitstoretest.Init(t)
	for i := range 48 {
		gitstoretest.Write(t, first, fmt.Sprintf("src/%d/%d.txt", i/8, i%8), strings.Repeat(strconv.Itoa(i*7919)+"\n", 60))
	}
	for i := range 3 {
		gitstoretest.Write(t, first, "version", strconv.Itoa(i))
		gitstoretest.Git(t, first, "add", "-A")
		gitstoretest.Git(t, first, "commit", "-q", "-m", fmt.Sprint("version ", i))
	}
	dir = filepath.Join(t.TempDir(), "server.git")
	gitstoretest.Git(t, first, "clone", "-q", "--bare", first, dir)
	gitstoretest.Git(t, dir, "config", "uploadpack.allowFilter", "true")
	return dir, "file://" + dir
}

// objectsIn counts the objects of a repository, without its alternates'.
func objectsIn(t *testing.T, dir string) (n int) {
	t.Helper()
	for line := range strings.Lines(gitstoretest.Git(t, dir, "count-objects", "-v")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if count, err := strconv.Atoi(value); err == nil && (key == "count" || key == "in-pack") {
			n += count
		}
	}
	return n
}

// moved counts the objects that come to a repository meanwhile.
func moved(t *testing.T, dir string, meanwhile func()) int {
	t.Helper()
	before := objectsIn(t, dir)
	meanwhile()
	return objectsIn(t, dir) - before
}

// maxMoved is how many objects a run may be that differs in one file: its
// commits, folders and files, the folders above the file, what was found out of
// its surroundings in time, and the catalog. The source has some 230.
const maxMoved = 24

// In clones of every kind, up to date and behind, a run is recorded, pushed and
// fetched. Few objects move, what is missing on purpose stays missing, and git
// finds the repository in order, before and after it has collected garbage.
func TestKindsOfClones(t *testing.T) {
	server, url := newServer(t)
	mate := &team{TB: t, server: server, dirs: []string{cloned()(t, url, filepath.Join(t.TempDir(), "mate"))}}
	gitstoretest.Write(t, mate.dirs[0], "src/3/3.txt", "edited\n")
	mate.record(0, "mate")
	root := t.TempDir()
	dirs := map[string]string{}
	for name, clone := range cloneKinds {
		dirs[name] = clone(t, url, filepath.Join(root, strings.NewReplacer(" ", "-", ",", "").Replace(name)))
	}
	mate.push(0)
	for name, dir := range dirs {
		t.Run(name, func(t *testing.T) { shareIn(t, server, dir) })
	}
}

// A clone whose remote has gone on since shares no tip with it.
func TestClonesThatAreBehind(t *testing.T) {
	server, url := newServer(t)
	root := t.TempDir()
	mate := &team{TB: t, server: server, dirs: []string{cloned()(t, url, filepath.Join(root, "mate"))}}
	for i, name := range []string{"single branch", "shallow", "no blobs", "few files, no trees, shallow", "one commit, as in CI"} {
		mate.dirs = append(mate.dirs, cloneKinds[name](t, url, filepath.Join(root, fmt.Sprint("behind", i))))
	}
	gitstoretest.Write(t, mate.dirs[0], "src/5/5.txt", "the next version\n")
	gitstoretest.Git(t, mate.dirs[0], "commit", "-q", "-a", "-m", "next")
	gitstoretest.Git(t, mate.dirs[0], "push", "-q", "origin", "HEAD")
	for _, dir := range mate.dirs[1:] {
		shareIn(t, server, dir)
		for _, ref := range strings.Fields(gitstoretest.Git(t, server, "for-each-ref", "--format=%(refname)", "refs/exprec/")) {
			gitstoretest.Git(t, server, "update-ref", "-d", ref) // so that the next one has nothing else to build on
		}
		gitstoretest.Git(t, server, "gc", "-q", "--prune=now")
	}
	mate.record(0, "mate")
	mate.push(0)
	for i := range mate.dirs[1:] {
		if n := moved(t, mate.dirs[1+i], func() { mate.fetch(1 + i) }); n > maxMoved {
			t.Errorf("the last fetch of clone %d brought %d objects", i, n)
		}
		gitstoretest.Fsck(t, mate.dirs[1+i])
	}
}

// shareIn records a run in a clone, pushes it, and fetches what there is.
func shareIn(t *testing.T, server, dir string) {
	tm := &team{TB: t, server: server, dirs: []string{dir}}
	gitstoretest.Write(t, dir, "src/4/4.txt", "edited in "+filepath.Base(dir)+"\n")
	missing := missingIn(t, dir)
	unchanged := gitstoretest.Unchanged(t, dir)
	var id string
	if n := moved(t, dir, func() { id = tm.record(0, "mine") }); n > maxMoved {
		t.Errorf("the record took %d objects", n)
	}
	if n := moved(t, server, func() { tm.push(0) }); n > maxMoved {
		t.Errorf("the push moved %d objects", n)
	}
	runs := 0
	n := moved(t, dir, func() {
		shared := tm.fetch(0)
		runs = len(shared.New)
		if shared.Same != 1 || len(shared.Refused) > 0 {
			t.Errorf("the fetch: %+v", shared)
		}
	})
	if n > maxMoved*runs {
		t.Errorf("the fetch of %d runs brought %d objects", runs, n)
	}
	unchanged()
	if now := missingIn(t, dir); now != missing {
		t.Errorf("%d objects of HEAD were missing, now it is %d", missing, now)
	}
	gitstoretest.Git(t, dir, "gc", "-q", "--prune=now")
	gitstoretest.Git(t, dir, "fsck", "--strict", "--no-dangling")
	if run := tm.one(0, id); run.Status() != Succeeded || run.Short() == "" {
		t.Errorf("after git gc the run is %s", run.Status())
	}
	all, err := tm.open(0).Runs(t.Context(), "")
	if err != nil || len(all) < runs+1 {
		t.Errorf("%d runs are left of %d: %v", len(all), runs+1, err)
	}
}

// missingIn counts the objects of HEAD that a partial clone does not have.
func missingIn(t *testing.T, dir string) int {
	t.Helper()
	return strings.Count("\n"+gitstoretest.Git(t, dir, "rev-list", "--objects", "--missing=print", "HEAD"), "\n?")
}

// The remote has nothing, or nothing like what is here, or no HEAD.
func TestStrangeRemotes(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, remote string){
		"empty": func(*testing.T, string) {},
		"unrelated": func(t *testing.T, remote string) {
			gitstoretest.Git(t, gitstoretest.New(t), "push", "-q", remote, "HEAD:refs/heads/other")
		},
		"no HEAD": func(t *testing.T, remote string) {
			gitstoretest.Git(t, remote, "symbolic-ref", "HEAD", "refs/heads/nowhere")
		},
		"one of tags": func(t *testing.T, remote string) {
			gitstoretest.Git(t, gitstoretest.New(t), "push", "-q", remote, "v1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			remote := filepath.Join(t.TempDir(), "remote.git")
			first := gitstoretest.New(t)
			gitstoretest.Git(t, first, "init", "-q", "--bare", remote)
			prepare(t, remote)
			gitstoretest.Git(t, first, "remote", "add", "origin", "file://"+remote)
			tm := &team{TB: t, server: remote, dirs: []string{first}}
			defer gitstoretest.Unchanged(t, first)()
			tm.fetch(0)
			id := tm.record(0, "first")
			tm.push(0)
			gitstoretest.Fsck(t, remote)
			other := gitstoretest.Init(t)
			gitstoretest.Git(t, other, "remote", "add", "origin", "file://"+remote)
			tm.dirs = append(tm.dirs, other)
			tm.fetch(1)
			gitstoretest.Fsck(t, other)
			if run := tm.one(1, id); run.Status() != Succeeded {
				t.Errorf("the run came as %s", run.Status())
			}
		})
	}
}

// A bare repository holds no files, and shares its runs as any other.
func TestShareFromBareRepository(t *testing.T) {
	server, url := newServer(t)
	bare := cloned("--bare")(t, url, filepath.Join(t.TempDir(), "bare.git"))
	tm := &team{TB: t, server: server, dirs: []string{bare, cloned()(t, url, filepath.Join(t.TempDir(), "clone"))}}
	defer gitstoretest.Unchanged(t, bare)()
	id := tm.record(1, "first")
	tm.push(1)
	tm.fetch(0)
	tm.edit(0, id, Edit{AddTags: []string{"bare"}})
	tm.push(0)
	tm.fetch(1)
	if tags := tm.one(1, id).Tags(); len(tags) != 1 {
		t.Errorf("the tags are %q", tags)
	}
	gitstoretest.Fsck(t, bare)
}

// Objects with other names cannot be shared by way of the repository: one
// sentence says so, and an address works all the same.
func TestShareWithoutRepository(t *testing.T) {
	_, url := newServer(t)
	dir := gitstoretest.Init(t, "--object-format=sha256")
	gitstoretest.Write(t, dir, "train.py", "lr = 0.1\n")
	gitstoretest.Git(t, dir, "add", "-A")
	gitstoretest.Git(t, dir, "commit", "-q", "-m", "first")
	gitstoretest.Git(t, dir, "remote", "add", "origin", url)
	defer gitstoretest.Unchanged(t, dir)()
	tm := &team{TB: t, dirs: []string{dir}}
	id := tm.record(0, "first")
	for _, remote := range []string{"", "origin"} {
		_, err := tm.open(0).Push(t.Context(), ShareOptions{Remote: remote})
		if err == nil || !strings.Contains(err.Error(), "sha256") {
			t.Errorf("the remote %q: %v", remote, err)
		}
	}
	shared, err := tm.open(0).Push(t.Context(), ShareOptions{Remote: url})
	if err != nil || len(shared.New) != 1 || shared.New[0] != id {
		t.Errorf("%+v, %v", shared, err)
	}
}
