package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Report is what was written.
type Report struct {
	Files    int
	Bytes    int64
	Warnings []string // what is not as in the tree, a sentence each
}

// Checkout writes a tree into a new folder. The error is ErrExists where
// something is there already. Nothing is ever written outside of the folder,
// and nothing at all stays behind where it fails: the folder gets its name
// when it is complete. large are the files whose content is not in git but
// stands behind a pointer, with their sizes in bytes.
//
// A symbolic link is made where it stays inside the folder; one that leads
// out becomes a text file and is named. A submodule becomes an empty folder
// and is named.
func (s *Store) Checkout(ctx context.Context, tree Hash, large map[string]int64, dir string) (*Report, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(dir); err == nil {
		return nil, fmt.Errorf("check out into %q: %w; name another folder", dir, ErrExists)
	}
	parent := filepath.Dir(dir)
	if err := s.checkRoom(ctx, tree, large, parent); err != nil {
		return nil, fmt.Errorf("check out into %q: %w", dir, err)
	}
	sweepCheckouts(parent)
	staging, held, err := newStaging(parent)
	if err != nil {
		return nil, fmt.Errorf("check out into %q: %w", dir, err)
	}
	defer held.Close()
	report, err := s.checkoutInto(ctx, tree, large, staging)
	if err == nil {
		err = publish(staging, dir)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("check out into %q: %w", dir, err), os.RemoveAll(staging))
	}
	return report, nil
}

// publish gives the finished folder its name, unless somebody else took it.
func publish(staging, dir string) error {
	if err := os.Chmod(staging, 0o777&^umask()); err != nil {
		return err
	}
	err := renameNew(staging, dir)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w meanwhile", ErrExists)
	}
	return err
}

func (s *Store) checkoutInto(ctx context.Context, tree Hash, large map[string]int64, staging string) (*Report, error) {
	root, err := os.OpenRoot(staging)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	c := checkout{placer: newPlacer(ctx, s, large), links: linkMap{}}
	if err := c.folder(root, tree, ""); err != nil {
		return nil, err
	}
	return c.report, c.makeLinks(root)
}

// checkout writes one tree.
type checkout struct {
	*placer
	links linkMap
}

// folder writes one folder. Each name is opened in the folder's own handle, so
// that no path is ever followed.
func (c *checkout) folder(root *os.Root, tree Hash, path string) error {
	entries, err := c.store.ReadTree(tree)
	if err != nil {
		return fmt.Errorf("the folder %q: %w", path, err)
	}
	c.collisions(entries, path)
	for _, e := range entries {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if err := c.entry(root, e, path+e.Name); err != nil {
			return err
		}
	}
	return nil
}

func (c *checkout) entry(root *os.Root, e TreeEntry, path string) error {
	switch e.Mode {
	case filemode.Dir:
		return c.below(root, e, path)
	case filemode.Submodule:
		c.warn("%q is a repository of its own, of which only the commit %s is known: its folder is empty", path, e.Hash)
		return root.Mkdir(e.Name, 0o777)
	case filemode.Symlink:
		return c.noteLink(e, path)
	}
	return c.create(root, e.Name, e, path)
}

func (c *checkout) below(root *os.Root, e TreeEntry, path string) error {
	if err := root.Mkdir(e.Name, 0o777); err != nil {
		return taken(err, path)
	}
	sub, err := root.OpenRoot(e.Name)
	if err != nil {
		return err
	}
	defer sub.Close()
	return c.folder(sub, e.Hash, path+"/")
}

// noteLink keeps a link for later: links are made last, when nothing is
// written any more, and judged together.
func (c *checkout) noteLink(e TreeEntry, path string) error {
	target, err := c.store.ReadBlob(e.Hash, maxLink)
	if err != nil {
		return fmt.Errorf("the symbolic link %q: %w", path, err)
	}
	c.links[path] = string(target)
	return nil
}

func (c *checkout) makeLinks(root *os.Root) error {
	for _, path := range c.links.paths() {
		target := c.links[path]
		name := filepath.FromSlash(path)
		var err error
		if c.links.inside(path) {
			err = root.Symlink(filepath.FromSlash(target), name)
		} else {
			c.warn("the symbolic link %q leads out of the folder, to %q: it was written as a text file", path, target)
			err = writeRootFile(root, name, target)
		}
		if err != nil {
			return taken(err, path)
		}
		c.report.Files++
		c.report.Bytes += int64(len(target))
	}
	return nil
}

func writeRootFile(root *os.Root, name, text string) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// taken explains a name that cannot be made a second time.
func taken(err error, path string) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("this file system takes %q for another name of the same folder: %w", path, ErrUnsafe)
	}
	return err
}
