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
	return os.Symlink(p.linkTarget(dir, folder), filepath.Join(dir, filepath.Base(folder)))
}

// linkTarget is what a link in dir says to lead to folder: a relative path where
// both lie in the project and move along with it.
func (p *Project) linkTarget(dir, folder string) string {
	var real [3]string
	for i, path := range []string{p.top, dir, folder} {
		var err error
		if real[i], err = filepath.EvalSymlinks(path); err != nil {
			return folder
		}
	}
	rel, err := filepath.Rel(real[1], real[2])
	if err != nil || !within(real[1], real[0]) || !within(real[2], real[0]) {
		return folder
	}
	return rel
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
