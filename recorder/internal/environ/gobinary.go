package environ

import (
	"bytes"
	"debug/buildinfo"
	"runtime/debug"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// readBuild is what Go wrote into a program that it built, nil for any other.
func readBuild(path string) (info *debug.BuildInfo) {
	defer func() {
		if recover() != nil {
			info = nil // a file that is made to break its reader
		}
	}()
	f := openRegular(path)
	if f == nil {
		return nil
	}
	defer f.Close()
	info, err := buildinfo.Read(f)
	if err != nil {
		return nil
	}
	return info
}

// fillBuild adds what a program's file says of its build.
func fillBuild(exe *record.Executable) {
	if Compiled(exe.Path) {
		if build := readBuild(exe.Path); build != nil {
			FillRevision(exe, build)
		}
	}
}

// FillRevision adds the commit that a program was built from.
func FillRevision(exe *record.Executable, build *debug.BuildInfo) {
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			exe.Revision = setting.Value
		case "vcs.modified":
			exe.Changed = setting.Value == "true"
		}
	}
}

// Modules are the modules of a Go program, "module version" each.
func Modules(build *debug.BuildInfo) []string {
	var lines []string
	for _, module := range build.Deps {
		version := module.Version
		if module.Replace != nil {
			version += " => " + strings.TrimSpace(module.Replace.Path+" "+module.Replace.Version)
		}
		lines = append(lines, module.Path+" "+version)
	}
	return lines
}

// magics begin the files of machine code of the systems.
var magics = [][]byte{
	[]byte("\x7fELF"), []byte("MZ"), []byte("\xcf\xfa\xed\xfe"), []byte("\xce\xfa\xed\xfe"), []byte("\xca\xfe\xba\xbe"),
}

// Compiled reports whether a file is a program of machine code that is no
// interpreter.
func Compiled(path string) bool {
	if Interpreter(path) {
		return false
	}
	head := readHead(path, 4)
	for _, magic := range magics {
		if bytes.HasPrefix(head, magic) {
			return true
		}
	}
	return false
}

// interpreters are the names of programs that run other programs' source: a
// version may follow.
var interpreters = []string{
	"python", "pypy", "node", "nodejs", "deno", "bun", "r", "rscript", "julia", "ruby", "perl", "lua", "luajit", "php", "java", "octave", "octave-cli", "matlab", "guile", "racket",
	"sh", "bash", "dash", "zsh", "fish", "ksh", "busybox", "tclsh", "erl", "beam.smp", "elixir", "scala", "dotnet", "mono", "pwsh", "ocaml", "ghc", "sbcl", "awk", "gawk", "mawk",
	"env", "uv", "uvx", "poetry", "pixi", "make", "ninja", "cargo", "go", "timeout", "nice", "stdbuf", "time", "srun", "mpirun", "mpiexec", "orterun", "xargs", "setsid", "taskset", "numactl", "sudo", "docker", "apptainer", "singularity",
}

// Interpreter reports whether a file is known, by its name, as an interpreter or
// as a tool that starts other programs.
func Interpreter(path string) bool {
	name := base(path)
	plain := strings.TrimRight(name, "0123456789.")
	for _, known := range interpreters {
		if name == known || plain == known || strings.TrimRight(plain, "-") == known {
			return true
		}
	}
	return false
}
