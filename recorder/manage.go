package recorder

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/exprec/exprec/gitstore"
)

// Checkout writes the run's exact source into a new folder and gives its
// path. Without dir it is beside the project, named after the run's label. The
// error wraps [gitstore.ErrExists] where the folder exists.
func (p *Project) Checkout(ctx context.Context, r *Run, dir string) (string, *gitstore.Report, error) {
	tree, err := r.sourceTree()
	if err != nil {
		return "", nil, err
	}
	if dir == "" {
		dir = filepath.Join(filepath.Dir(p.top), r.folderName())
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", nil, fmt.Errorf("check the run %s out: %w", r.Short(), err)
	}
	report, err := r.store.Checkout(ctx, tree, sizesOf(r.largeSource()), dir)
	if errors.Is(err, gitstore.ErrExists) {
		return "", nil, fmt.Errorf("the folder %q is there already, name another one: %w", dir, err)
	}
	if err != nil {
		return "", nil, fmt.Errorf("check the run %s out into %q: %w", r.Short(), dir, err)
	}
	return dir, report, nil
}

// maxFolderName bounds the name that a label gives a folder, in bytes.
const maxFolderName = 60

// folderName is the label with everything that is special somewhere replaced.
func (r *Run) folderName() string {
	name := strings.Map(plainRune, r.Label())
	name = strings.Trim(name[:min(len(name), maxFolderName)], "-")
	if name == "" {
		return r.Short()
	}
	return name
}
