package gitstore

import (
	"os"
	"path/filepath"
)

// plainIgnored is what a plain folder holds that nobody wrote: what builds,
// caches and package managers leave behind.
const plainIgnored = `
__pycache__/
*.py[cod]
.venv/
venv/
.tox/
.nox/
.eggs/
*.egg-info/
.mypy_cache/
.pytest_cache/
.ruff_cache/
.ipynb_checkpoints/
.cache/
node_modules/
.gradle/
target/
build/
dist/
CMakeFiles/
.hg/
.svn/
.bzr/
.dvc/cache/
mlruns/
wandb/
.aim/
.DS_Store
Thumbs.db
`

// isEnvironment recognizes environments of Python and conda under any name,
// and folders that say themselves that they are caches.
func isEnvironment(dir string) bool {
	for _, sign := range []string{"pyvenv.cfg", "conda-meta", "CACHEDIR.TAG"} {
		if _, err := os.Lstat(filepath.Join(dir, sign)); err == nil {
			return true
		}
	}
	return false
}
