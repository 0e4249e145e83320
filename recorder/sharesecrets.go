package recorder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// errFound ends a walk that has found what it looked for, or read enough.
var errFound = errors.New("enough")

// secretIn says where a run holds what looks like a secret that the other side
// would see: in what people wrote about it, its parameters, its output, its
// files, and what of its source the user's commit does not have. It is empty
// where nothing was found.
func (k *knownSources) secretIn(ctx context.Context, r *Run) (string, error) {
	look := secretLook{ctx: ctx}
	look.words(r, notes{})
	look.params(r)
	for _, stream := range []string{"stdout", "stderr"} {
		output, err := r.Output(stream)
		if err != nil || output.Length == 0 {
			continue
		}
		text, err := output.Open()
		if err != nil {
			return "", err
		}
		look.text("output/"+stream+".txt", text)
		text.Close()
	}
	files, err := r.Files()
	if err == nil {
		err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			return look.file(files, path)
		})
	}
	if err != nil && !errors.Is(err, errFound) && !errors.Is(err, gitstore.ErrMissing) && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if look.found != "" {
		return look.found, nil
	}
	return k.secretInSource(r, &look)
}

// knownSources are sources that have been looked at: many runs share one.
type knownSources struct {
	found   sync.Map // where a pair has a secret
	commits sync.Map // the trees of the user's commits by their hashes
}

// treeOf is the tree of a commit of the user's, zero where that is not here.
func (k *knownSources) treeOf(store *gitstore.Store, commit string) gitstore.Hash {
	if tree, ok := k.commits.Load(commit); ok {
		return tree.(gitstore.Hash)
	}
	var tree gitstore.Hash
	if info, err := store.ReadCommit(plumbing.NewHash(commit)); err == nil {
		tree = info.Tree
	}
	k.commits.Store(commit, tree)
	return tree
}

// sourcePair is a source, and the tree of the user's commit beside it.
type sourcePair struct{ source, commit gitstore.Hash }

// secretLook looks through files until one holds a secret.
type secretLook struct {
	ctx   context.Context
	found string
	read  int64
}

// text looks through one text.
func (l *secretLook) text(name string, r io.Reader) {
	for _, s := range redact.FindSecrets(r, 1) {
		if l.found == "" {
			l.found = fmt.Sprintf("%s, line %d: %s", name, s.Line, s.Kind)
		}
	}
}

func (l *secretLook) file(files fs.FS, path string) error {
	if why := redact.File(path); why != "" {
		l.found = "files/" + path + ": " + why
		return errFound
	}
	f, err := files.Open(path)
	if errors.Is(err, gitstore.ErrMissing) || errors.Is(err, gitstore.ErrPruned) {
		return nil // its content is not shared from here
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return l.bounded("files/"+path, f)
}

// bounded looks at the beginning of a file that is text.
func (l *secretLook) bounded(name string, f io.Reader) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if l.read >= maxSearchedIn {
		return errFound
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSearched))
	l.read += int64(len(text))
	if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
		return err // no text, by the rule of git
	}
	if l.text(name, bytes.NewReader(text)); l.found != "" {
		return errFound
	}
	return nil
}

// secretInSource looks at the files of the source that differ from those of the
// user's commit: that one is the user's own to share.
func (k *knownSources) secretInSource(r *Run, look *secretLook) (string, error) {
	root, err := r.sourceTree()
	if errors.Is(err, ErrNoSource) || r.store == nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	pair := sourcePair{source: root}
	if git := r.started.Git; git != nil && git.Commit != "" {
		pair.commit = k.treeOf(r.store, git.Commit)
	}
	if found, ok := k.found.Load(pair); ok {
		return found.(string), nil
	}
	if err = look.tree(r.store, pair.source, pair.commit, "source"); err != nil && !errors.Is(err, errFound) {
		return "", err
	}
	k.found.Store(pair, look.found)
	return look.found, nil
}

// tree looks at what a tree has and another one has not, at the same path.
func (l *secretLook) tree(store *gitstore.Store, at, known gitstore.Hash, path string) error {
	if at == known {
		return nil
	}
	entries, err := store.ReadTree(at)
	if err != nil {
		return err
	}
	there := map[string]gitstore.Hash{}
	if !known.IsZero() {
		if others, err := store.ReadTree(known); err == nil {
			for _, e := range others {
				there[e.Name] = e.Hash
			}
		}
	}
	for _, e := range entries {
		name := path + "/" + e.Name
		switch {
		case e.Hash == there[e.Name], e.Mode == filemode.Submodule, e.Mode == filemode.Symlink:
		case e.Mode == filemode.Dir:
			err = l.tree(store, e.Hash, there[e.Name], name)
		default:
			err = l.blob(store, e.Hash, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *secretLook) blob(store *gitstore.Store, h gitstore.Hash, name string) error {
	blob, _, err := store.OpenBlob(h)
	if errors.Is(err, gitstore.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	defer blob.Close()
	return l.bounded(name, blob)
}
