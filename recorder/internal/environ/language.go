package environ

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
)

// The names of interpreters' files.
var (
	pythonName = regexp.MustCompile(`^(python|pypy)[0-9]*(\.[0-9]+)?t?$`)
	nodeName   = regexp.MustCompile(`^(node|nodejs)[0-9]*$`)
)

// languageOf tells the language of a program by its file, empty where it is
// none whose packages can be listed. Go's own tools count as none: go run
// starts them before the program.
func languageOf(exe string) Language {
	name := base(exe)
	switch {
	case pythonName.MatchString(name):
		return Python
	case nodeName.MatchString(name):
		return Node
	case name == "r" && strings.HasSuffix(filepath.ToSlash(filepath.Dir(exe)), "/exec"):
		return R
	case name == "julia":
		return Julia
	case !Compiled(exe):
		return ""
	}
	if build := readBuild(exe); build != nil && !strings.HasPrefix(build.Path, "cmd/") {
		return Go
	}
	return ""
}

// maxPackages bounds how many packages are listed.
const maxPackages = 20_000

// Packages is the version of what runs a program, such as "Python 3.11.2", and
// the packages that are installed for it, a line each: "name==version", of Go
// "module version". It reads files, and asks interpreters for their versions
// where no file tells; the cache keeps their answers.
func Packages(ctx context.Context, p Program, cache *Cache) (runtime string, lines []string) {
	switch p.Language {
	case Go:
		if build := readBuild(p.Exe); build != nil {
			runtime, lines = build.GoVersion, Modules(build)
		}
	case Python:
		runtime, lines = pythonPackages(ctx, p.Process, cache)
	case Node:
		runtime, lines = nodePackages(ctx, p.Process, cache)
	case R:
		runtime, lines = rPackages(ctx, p.Process)
	case Julia:
		runtime, lines = juliaPackages(ctx, p.Process, cache)
	}
	return runtime, lines[:min(len(lines), maxPackages)]
}
