package arguments

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// interpreters run the script that is their first word without a dash.
var interpreters = set(`python pythonw pypy ipython node nodejs bun deno ruby perl php lua luajit julia rscript r octave
	bash sh dash zsh fish ksh java dotnet ts-node tsx tclsh guile racket swift scala groovy elixir runghc`)

// launchers start the command that follows their own options.
var launchers = set(`env nice ionice nohup time timeout setsid stdbuf unbuffer chrt taskset numactl xvfb-run catchsegv
	strace ltrace perf valgrind gdb sudo uv uvx poetry pipenv pdm hatch rye pixi conda mamba micromamba npx pnpm npm
	yarn bundle cargo go srun mpirun mpiexec orterun horovodrun torchrun accelerate deepspeed ray docker podman
	singularity apptainer exprec`)

// scripts end like this.
var scripts = set(`.py .pyc .r .jl .js .mjs .cjs .ts .sh .bash .rb .pl .php .lua .m .jar .go .tcl .scala .rkt`)

func set(words string) map[string]bool {
	s := map[string]bool{}
	for _, word := range strings.Fields(words) {
		s[word] = true
	}
	return s
}

// programName is what a program is called, without folder, version and ending.
func programName(word string) string {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(word)), ".exe")
	return strings.TrimRight(name, ".-0123456789")
}

// takesCode are the options of interpreters after which no script comes: code,
// or a module.
var takesCode = []string{"-c", "-e", "-m", "-E", "-p", "--eval", "-r", "-jar", "--command"}

// takesValue are other options of interpreters with a word of their own.
var takesValue = []string{"-W", "-X", "-cp", "-classpath", "--class-path", "-o", "-O", "-L", "-I", "--require", "--import", "-t"}

// own are the words of a command that are the program's: those after the
// program, and after its script where it is an interpreter.
func own(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	switch name := programName(words[0]); {
	case launchers[name]:
		return launched(words[1:])
	case interpreters[name]:
		return afterScript(words[1:])
	}
	return words[1:]
}

// launched finds the program that a launcher starts. Its own options cannot be
// told from others; what follows the program can.
func launched(words []string) []string {
	for i, word := range words {
		name := programName(word)
		switch {
		case strings.HasPrefix(word, "-"):
		case scripts[strings.ToLower(filepath.Ext(word))]:
			return words[i+1:]
		case launchers[name], interpreters[name]:
			return own(words[i:])
		case i+1 < len(words) && words[i] == "run" && isPackage(words[i+1]):
			return words[i+2:]
		case strings.ContainsRune(word, filepath.Separator) || strings.Contains(word, "/"):
			if _, err := exec.LookPath(word); err == nil {
				return words[i+1:]
			}
		}
	}
	return nil
}

// isPackage reports whether a word names a folder of source, as go run has it.
func isPackage(word string) bool { return word == "." || strings.HasPrefix(word, "./") }

// afterScript skips an interpreter's options and its script.
func afterScript(words []string) []string {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case slices.Contains(takesCode, word):
			return words[min(i+2, len(words)):]
		case slices.Contains(takesValue, word):
			i++
		case !strings.HasPrefix(word, "-") || word == "-":
			return words[i+1:]
		}
	}
	return nil
}
