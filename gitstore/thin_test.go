package gitstore_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

func open(t testing.TB, dir string) *gitstore.Store {
	t.Helper()
	repo, err := gitstore.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := repo.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

const someRef = "refs/exprec/5d7f1b7e-0f5c-4f0c-9d49-5b1d4d1c2f10"

func TestCommitIsReadBackAndNothingElseChanges(t *testing.T) {
	dir := gitstoretest.New(t)
	defer gitstoretest.Unchanged(t, dir)()
	s := open(t, dir)
	repo, _ := gitstore.Find(dir)
	head, err := repo.Head()
	if err != nil || head.Branch != "main" || head.Commit.String() != gitstoretest.Git(t, dir, "rev-parse", "HEAD") {
		t.Fatalf("Head is %+v, %v", head, err)
	}
	info, err := s.ReadCommit(head.Commit)
	if err != nil {
		t.Fatal(err)
	}
	tree := gitstore.NewTree()
	tree.AddBytes("run.msgpack", []byte{1, 2, 3})
	tree.AddBytes("files/a/b.txt", []byte("hello\n"))
	tree.AddBytes("files/empty", nil)
	tree.AddObject("source", filemode.Dir, info.Tree)
	h, err := s.Commit(t.Context(), gitstore.Commit{Ref: someRef, Tree: tree, Author: repo.Author(), Message: "a run"})
	if err != nil {
		t.Fatal(err)
	}
	gitstoretest.Fsck(t, dir)
	if got, err := s.Ref(someRef); err != nil || got != h {
		t.Errorf("the ref is %s, %v; want %s", got, err, h)
	}
	if got := gitstoretest.Git(t, dir, "show", someRef+":files/a/b.txt"); got != "hello" {
		t.Errorf("git shows %q", got)
	}
	commit, err := s.ReadCommit(h)
	if err != nil || commit.Author.Name != "Ada" || commit.Message != "a run\n" {
		t.Errorf("the commit is %+v, %v", commit, err)
	}
	fsys := s.FS(commit.Tree, nil)
	if err := fstest.TestFS(fsys, "run.msgpack", "files/a/b.txt", "files/empty", "source/train.py", "source/link", "source/run.sh"); err != nil {
		t.Error(err)
	}
	if got, err := fs.ReadFile(fsys, "source/link"); err != nil || string(got) != "print('training')\n" {
		t.Errorf("the link leads to %q, %v", got, err)
	}
}

func TestSecondCreatorOfARefLoses(t *testing.T) {
	dir := gitstoretest.New(t)
	s := open(t, dir)
	commit := func(content string) error {
		tree := gitstore.NewTree()
		tree.AddBytes("a", []byte(content))
		_, err := s.Commit(t.Context(), gitstore.Commit{Ref: someRef, Tree: tree, Author: (*gitstore.Repository)(nil).Author()})
		return err
	}
	if err := commit("1"); err != nil {
		t.Fatal(err)
	}
	if err := commit("2"); !errors.Is(err, gitstore.ErrConflict) {
		t.Errorf("the second commit gives %v, want ErrConflict", err)
	}
}

func TestConfigReadsAsGitDoes(t *testing.T) {
	dir := gitstoretest.Init(t)
	gitstoretest.Write(t, dir, ".git/included", "[remote \"a.B\"]\n\turl = second # comment\n\turl = \"third # \\\"x\\\"\"  \n")
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tAutoCRLF=input\n[remote \"a.B\"] url = first\n" +
		"[include]\n\tpath = included\n[includeIf \"gitdir:**/.git\"]\n\tpath = conditional\n[Section.Sub]\nKey = a \\\n  b\nflag\nsize=10m\n"
	gitstoretest.Write(t, dir, ".git/config", config)
	gitstoretest.Write(t, dir, ".git/conditional", "[cond]\nyes = 1\n")
	repo, err := gitstore.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"core.autocrlf", "remote.a.B.url", "section.sub.key", "cond.yes", "user.email"} {
		want := gitstoretest.Git(t, dir, "config", "--get", key)
		if got, ok := repo.Config.Get(key); !ok || got != want {
			t.Errorf("%s is %q, git says %q", key, got, want)
		}
	}
	if all := repo.Config.All("remote.a.B.url"); !slices.Equal(all, []string{"first", "second", `third # "x"`}) {
		t.Errorf("the remote's URLs are %q", all)
	}
	if size, err := repo.Config.Size("Section.sub.SIZE", 1); err != nil || size != 10<<20 {
		t.Errorf("the size is %d, %v", size, err)
	}
	if !repo.Config.Bool("section.sub.flag", false) {
		t.Error("a name without a value is not true")
	}
}
