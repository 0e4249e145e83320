package environ

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
)

// pythonInfo is what an interpreter says of itself: nothing else is on its path,
// and none of the user's code runs.
const pythonInfo = `import sys; print(".".join(map(str, sys.version_info[:3])), sys.implementation.name, getattr(sys, "platlibdir", "lib"), sys.base_prefix, sep="\n")`

// pythonHome is where an interpreter keeps what.
type pythonHome struct {
	version string // 3.11.2
	folder  string // python3.11
	libs    []string
	prefix  string
}

// pythonPackages lists what the program can import.
func pythonPackages(ctx context.Context, p Process, cache *Cache) (runtime string, lines []string) {
	home := askPython(ctx, p, cache)
	if home.folder == "" {
		return "", nil
	}
	set := newPackageSet(ctx)
	for _, dir := range withPaths(pythonPath(p, home)) {
		addDistributions(set, dir)
	}
	runtime = strings.TrimSpace("Python " + home.version)
	if strings.HasPrefix(home.folder, "pypy") {
		runtime += " (PyPy)"
	}
	return runtime, mergeConda(set, condaPackages(home.prefix))
}

var versionInName = regexp.MustCompile(`[0-9]+\.[0-9]+`)

// askPython asks the interpreter for its version and its prefix; where it does
// not answer, its path tells less.
func askPython(ctx context.Context, p Process, cache *Cache) pythonHome {
	answer := strings.Split(ask(ctx, p, cache, "-I", "-S", "-c", pythonInfo), "\n")
	if len(answer) < 4 {
		version := versionInName.FindString(filepath.Base(p.Exe))
		if version == "" {
			return pythonHome{}
		}
		return pythonHome{version: version, folder: "python" + version, libs: []string{"lib", "lib64"}, prefix: filepath.Dir(filepath.Dir(p.Exe))}
	}
	home := pythonHome{version: answer[0], libs: []string{"lib"}, prefix: answer[3]}
	if answer[2] != "lib" && filepath.IsLocal(answer[2]) {
		home.libs = append(home.libs, answer[2])
	}
	name := "python"
	if answer[1] == "pypy" {
		name = "pypy"
	}
	home.folder = name + versionInName.FindString(answer[0])
	return home
}

// pythonPath are the folders of packages in the order in which Python looks
// into them.
func pythonPath(p Process, home pythonHome) []string {
	flags := pythonFlags(p.Args)
	isolated := strings.Contains(flags, "I")
	var dirs []string
	if !isolated && !strings.Contains(flags, "E") {
		for _, dir := range filepath.SplitList(p.Env["PYTHONPATH"]) {
			dirs = append(dirs, p.abs(dir))
		}
	}
	venv, system := virtualEnvironment(p)
	if venv != "" {
		dirs = append(dirs, home.sitePackages(venv)...)
	}
	if !system {
		return dirs
	}
	if !isolated && !strings.Contains(flags, "s") && p.Env["PYTHONNOUSERSITE"] == "" {
		if user := userBase(p); user != "" {
			dirs = append(dirs, filepath.Join(user, "lib", home.folder, "site-packages"))
		}
	}
	return append(dirs, home.sitePackages(home.prefix)...)
}

// pythonFlags are the letters of the options before the script.
func pythonFlags(args []string) string {
	flags := ""
	for _, arg := range args[min(1, len(args)):] {
		if len(arg) < 2 || arg[0] != '-' || arg[1] == '-' {
			break
		}
		flags += arg[1:]
		if strings.ContainsAny(arg, "cm") {
			break
		}
	}
	return flags
}

// sitePackages are the folders below a prefix that packages are installed in.
// Debian's own interpreter has some of its own.
func (h pythonHome) sitePackages(prefix string) []string {
	var dirs []string
	for _, lib := range h.libs {
		dirs = append(dirs, filepath.Join(prefix, lib, h.folder, "site-packages"))
	}
	dirs = append(dirs, filepath.Join(prefix, "Lib", "site-packages"))
	if filepath.ToSlash(prefix) == "/usr" {
		dirs = append(dirs, "/usr/local/lib/"+h.folder+"/dist-packages", "/usr/lib/python3/dist-packages", "/usr/lib/"+h.folder+"/dist-packages")
	}
	return dirs
}

// virtualEnvironment is the folder of the virtual environment that an
// interpreter was started from, and whether the packages of the system count
// too. Outside of one only they do.
func virtualEnvironment(p Process) (venv string, system bool) {
	for _, exe := range []string{p.Started(), p.Exe} {
		for _, dir := range []string{filepath.Dir(exe), filepath.Dir(filepath.Dir(exe))} {
			if config := readHead(filepath.Join(dir, "pyvenv.cfg"), 64<<10); config != nil {
				return dir, systemPackages(config)
			}
		}
	}
	return "", true
}

func systemPackages(config []byte) bool {
	for line := range strings.Lines(string(config)) {
		key, value, _ := strings.Cut(line, "=")
		if strings.EqualFold(strings.TrimSpace(key), "include-system-site-packages") {
			return strings.EqualFold(strings.TrimSpace(value), "true")
		}
	}
	return false
}

func userBase(p Process) string {
	if base := p.Env["PYTHONUSERBASE"]; base != "" {
		return p.abs(base)
	}
	if home := p.Env["HOME"]; filepath.IsAbs(home) {
		return filepath.Join(home, ".local")
	}
	return ""
}

// withPaths adds the folders that *.pth files name; lines of code in them are
// not run.
func withPaths(dirs []string) []string {
	all := dirs
	for _, dir := range dirs {
		for _, name := range folderNames(dir) {
			if !strings.HasSuffix(name, ".pth") && !strings.HasSuffix(name, ".egg-link") {
				continue
			}
			for line := range strings.Lines(string(readHead(filepath.Join(dir, name), 64<<10))) {
				line = strings.TrimSpace(line)
				if line != "" && line[0] != '#' && !strings.HasPrefix(line, "import") && len(all) < 1000 {
					all = append(all, resolve(dir, line))
				}
			}
		}
	}
	return all
}

// addDistributions adds what is installed in one folder.
func addDistributions(set *packageSet, dir string) {
	for _, name := range folderNames(dir) {
		if set.full() {
			return
		}
		at := filepath.Join(dir, name)
		var head []byte
		kind := filepath.Ext(name)
		switch kind {
		case ".dist-info":
			head = readHead(filepath.Join(at, "METADATA"), 64<<10)
		case ".egg-info":
			if head = readHead(filepath.Join(at, "PKG-INFO"), 64<<10); head == nil {
				head = readHead(at, 64<<10)
			}
		case ".egg":
			head = readHead(filepath.Join(at, "EGG-INFO", "PKG-INFO"), 64<<10)
		default:
			continue
		}
		project, version := headerField(head, "Name"), headerField(head, "Version")
		if project == "" || version == "" {
			project, version, _ = strings.Cut(strings.TrimSuffix(name, kind), "-")
			version, _, _ = strings.Cut(version, "-py")
		}
		set.add(project, version)
	}
}
