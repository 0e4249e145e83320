package environ

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Executable describes the program that a command line starts: for a script
// the interpreter that its first line names, for env what it starts. The path
// is that of the file to start, found on PATH from args[0] where it is empty.
// It is nil where there is no such file.
func Executable(args []string, path string) *record.Executable {
	path = programOf(args, path)
	info, err := os.Stat(path)
	if path == "" || err != nil || !info.Mode().IsRegular() {
		return nil
	}
	exe := &record.Executable{Path: path, Modified: info.ModTime().UTC()}
	fillBuild(exe)
	return exe
}

// maxInterpreters bounds scripts whose interpreter is a script.
const maxInterpreters = 4

// programOf is the file that is executed in the end, empty where there is none.
func programOf(args []string, path string) string {
	if path == "" && len(args) > 0 {
		path = lookPath(args[0])
	}
	for range maxInterpreters {
		if base(path) == "env" && len(args) > 1 {
			args = afterEnv(args[1:])
			if len(args) == 0 {
				return path
			}
			path = lookPath(args[0])
			continue
		}
		words := interpreterLine(path)
		if len(words) == 0 {
			break
		}
		args, path = words, lookPath(words[0])
	}
	if path == "" {
		return ""
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}

func lookPath(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// interpreterLine are the words behind "#!" of a script, nil for any other
// file.
func interpreterLine(path string) []string {
	head := readHead(path, 512)
	line, found := bytes.CutPrefix(head, []byte("#!"))
	if !found {
		return nil
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	return strings.Fields(string(line))
}

// afterEnv are the words of env's arguments that it starts: options and
// variables come before.
func afterEnv(args []string) []string {
	for len(args) > 0 {
		switch arg := args[0]; {
		case arg == "-u" || arg == "-C" || arg == "--unset" || arg == "--chdir":
			args = args[1:]
		case arg == "--":
			return args[1:]
		case strings.HasPrefix(arg, "-S") && len(arg) > 2:
			return afterEnv(append(strings.Fields(arg[2:]), args[1:]...))
		case !strings.HasPrefix(arg, "-") && !strings.Contains(arg, "="):
			return args
		}
		if len(args) > 0 {
			args = args[1:]
		}
	}
	return nil
}

// base is the name of a program's file, without .exe and in lower case.
func base(path string) string {
	return strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".exe")
}
