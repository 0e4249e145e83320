package environ

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
)

// nodePackages lists what is installed in the node_modules folders that the
// program's script can see; packages inside of packages are not looked for.
func nodePackages(ctx context.Context, p Process, cache *Cache) (runtime string, lines []string) {
	if version := ask(ctx, p, cache, "--version"); strings.HasPrefix(version, "v") && plainWord(version) {
		runtime = "Node " + version
	}
	set := newPackageSet(ctx)
	for _, dir := range nodeFolders(p) {
		for _, name := range folderNames(dir) {
			switch {
			case strings.HasPrefix(name, "."):
			case strings.HasPrefix(name, "@"):
				for _, scoped := range folderNames(filepath.Join(dir, name)) {
					addNodePackage(set, filepath.Join(dir, name, scoped))
				}
			default:
				addNodePackage(set, filepath.Join(dir, name))
			}
		}
	}
	return runtime, set.lines()
}

// nodeFolders are the node_modules folders at and above the script, the nearest
// first.
func nodeFolders(p Process) []string {
	dir := p.Dir
	if script := nodeScript(p); script != "" {
		dir = filepath.Dir(script)
		if real, err := filepath.EvalSymlinks(script); err == nil {
			dir = filepath.Dir(real)
		}
	}
	var dirs []string
	for at := dir; at != "" && at != "."; at = filepath.Dir(at) {
		if filepath.Base(at) == "node_modules" {
			dirs = append(dirs, at)
		} else {
			dirs = append(dirs, filepath.Join(at, "node_modules"))
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	return dirs
}

// nodeScript is the first argument that is a file and no option.
func nodeScript(p Process) string {
	for _, arg := range p.Args[min(1, len(p.Args)):] {
		if !strings.HasPrefix(arg, "-") {
			if f := openRegular(p.abs(arg)); f != nil {
				f.Close()
				return p.abs(arg)
			}
		}
	}
	return ""
}

func addNodePackage(set *packageSet, dir string) {
	if set.full() {
		return
	}
	var described struct{ Name, Version string }
	if json.Unmarshal(readHead(filepath.Join(dir, "package.json"), maxFile), &described) == nil {
		set.addExact(described.Name, described.Version)
	}
}
