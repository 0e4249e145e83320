package recorder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Names in a run's folder, apart from those of its tree.
const (
	lockName    = "lock"    // held while a process writes, and while the run is sealed
	journalName = "journal" // the journals of a run that is not sealed
	originName  = "origin"  // the project's top, for processes that join the run from elsewhere
)

// makeFolder makes the folder of a new run. It must not exist: two
// runs never share one by accident.
func (p *Project) makeFolder(home, uuid string) (string, error) {
	folder := filepath.Join(home, "runs", uuid)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", fmt.Errorf("make the run's folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, originName), []byte(p.top), 0o600); err != nil {
		return "", fmt.Errorf("write the run's folder: %w", err)
	}
	return folder, nil
}

// link shows the run below .exprec at the project's top, for people. Where the
// home is that folder already, only its .gitignore is wanted.
func (p *Project) link(folder string) error {
	if p.repo != nil && p.repo.WorkTree == "" {
		return nil
	}
	dir := filepath.Join(p.top, ".exprec")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of links: %w", err)
	}
	if err := ignoreItself(dir); err != nil {
		return err
	}
	at := filepath.Join(dir, filepath.Base(folder))
	if within(folder, dir) {
		return os.Symlink(filepath.Join("runs", filepath.Base(folder)), at)
	}
	return os.Symlink(folder, at)
}

// ignoreItself keeps dir out of the user's commits.
func ignoreItself(dir string) error {
	name := filepath.Join(dir, ".gitignore")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep %q out of commits: %w", dir, err)
	}
	_, err = f.WriteString("*\n")
	return errors.Join(err, f.Close())
}

// within reports whether path is below dir.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// replaceFile writes a file of the run's folder so that a reader sees the old
// or the new content. It is not durable: the record in git is.
func replaceFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".new-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}
