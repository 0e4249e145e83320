package environ

import (
	"os"
	"path/filepath"
	"strings"
)

// Guess tells by a command line what Observe tells by the processes, where they
// cannot be looked at: the interpreter that the command names itself or in the
// first line of its script. The path is that of the file to start, found on
// PATH from args[0] where it is empty.
func Guess(args []string, path string) (Program, bool) {
	if path == "" && len(args) > 0 {
		path = lookPath(args[0])
	}
	started := programOf(args, path)
	exe, err := filepath.EvalSymlinks(started)
	if started == "" || err != nil {
		return Program{}, false
	}
	p := Process{Exe: exe, Args: []string{started}, Env: map[string]string{}}
	if interpreterLine(path) != nil {
		p.Args = append(p.Args, path)
	}
	p.Args = append(p.Args, args[min(1, len(args)):]...)
	p.Dir, _ = os.Getwd()
	for _, pair := range os.Environ() {
		if name, value, ok := strings.Cut(pair, "="); ok {
			p.Env[name] = value
		}
	}
	language := languageOf(exe)
	return Program{p, language}, language != "" && !launches(p)
}
