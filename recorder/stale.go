package recorder

import "os"

// standing is the folder that holds a project's runs, as it was when the project
// was opened.
type standing struct {
	path string
	info os.FileInfo // nil where it could not be seen
}

// stand notes what the project stands on: its repository, or the folder that
// holds its private store.
func (p *Project) stand() {
	p.stands.path = p.homes[0]
	if p.repo != nil {
		p.stands.path = p.repo.CommonDir
	}
	p.stands.info, _ = os.Stat(p.stands.path)
}

// Stale reports whether the folder that holds the project's runs is another one
// than when it was opened: it was removed or renamed, or another one has come in
// its place. What the project says then is of no use; open it again.
func (p *Project) Stale() bool {
	now, err := os.Stat(p.stands.path)
	if p.stands.info == nil || err != nil {
		return p.stands.info != nil || os.IsNotExist(err)
	}
	return !os.SameFile(now, p.stands.info)
}
