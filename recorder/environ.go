package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/environ"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// describeProgram fills in what ran, where and by whom, for the program that
// this process is.
func describeProgram(run *record.Run, p *Project) {
	describePlace(run, p)
	run.Command = redact.Args(os.Args)
	run.Runtime = runtime.Version()
	run.Executable = ownExecutable()
}

// describeCommand does the same for a program that this process starts: the
// file at path, or, where that is empty, the one that args[0] names on PATH.
// What is left empty here comes later, by gatherFacts.
func describeCommand(run *record.Run, p *Project, args []string, path string) {
	describePlace(run, p)
	run.Command = redact.Args(args)
	run.Executable = environ.Executable(args, path)
}

// describePlace fills in where a program runs, by whom, and in which
// environment.
func describePlace(run *record.Run, p *Project) {
	run.Directory = relativeDir(p.top)
	run.Host = environ.Host()
	run.User = environ.User()
	run.Author = p.signer()
	run.Process = record.Process{
		PID: os.Getpid(), MachineID: journal.MachineID(), BootID: journal.BootID(), PIDNamespace: journal.PIDNamespace(),
	}
	run.Environment, _ = environ.Variables(os.Environ(), p.askedVariables())
	if p.repo != nil {
		run.Git = describeGit(p.repo)
	}
}

// askedVariables are the names and patterns of variables that the user wants
// kept beside those that always are.
func (p *Project) askedVariables() []string {
	if p.repo == nil {
		return nil
	}
	var names []string
	for _, value := range p.repo.Config.All("exprec.environment") {
		names = append(names, strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' })...)
	}
	return names
}

// relativeDir is where the program runs as seen from the project's top.
func relativeDir(top string) string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if real, err := filepath.EvalSymlinks(top); err == nil {
		top = real
	}
	rel, err := filepath.Rel(top, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return filepath.ToSlash(dir)
	}
	return filepath.ToSlash(rel)
}

// ownExecutable says which binary this process is and what it was built from.
func ownExecutable() *record.Executable {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	exe := &record.Executable{Path: path}
	if info, err := os.Stat(path); err == nil {
		exe.Modified = info.ModTime().UTC()
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		environ.FillRevision(exe, build)
	}
	return exe
}

// judgeExecutable says where the snapshot may not be what was built: a file
// was changed after the binary, or the binary knows another commit.
func judgeExecutable(run *record.Run, top string, s *gitstore.Snapshot) {
	exe := run.Executable
	if exe == nil || exe.Modified.IsZero() || !builtHere(exe, top) {
		return
	}
	switch {
	case s.Newest.After(exe.Modified.Add(time.Second)):
		exe.SourceMayDiffer = fmt.Sprintf("%s was changed after the program was built", s.NewestPath)
	case exe.Revision != "" && run.Git != nil && run.Git.Commit != "" && exe.Revision != run.Git.Commit:
		exe.SourceMayDiffer = fmt.Sprintf("the program was built from commit %.12s", exe.Revision)
	}
}

// builtHere reports whether a program is one of the project's own: this one,
// which records itself, or one of machine code that lies in the project or
// where programs are built for a moment. Tools that are installed elsewhere
// are older than any source, and mean nothing by it.
func builtHere(exe *record.Executable, top string) bool {
	if own, err := os.Executable(); err == nil && own == exe.Path {
		return true
	}
	return (within(exe.Path, top) || within(exe.Path, os.TempDir())) && environ.Compiled(exe.Path)
}

func describeGit(repo *gitstore.Repository) *record.Git {
	git := &record.Git{}
	if head, err := repo.Head(); err == nil {
		git.Branch = head.Branch
		if !head.Commit.IsZero() {
			git.Commit = head.Commit.String()
		}
	}
	git.Remote = redact.URL(remoteOf(repo.Config, git.Branch))
	return git
}

// remoteOf is the address of a branch's remote, else of origin.
func remoteOf(config *gitstore.Config, branch string) string {
	name, ok := config.Get("branch." + branch + ".remote")
	if !ok {
		name = "origin"
	}
	address, _ := config.Get("remote." + name + ".url")
	return address
}

// packageLines are the modules of this program, "module version" each.
func packageLines() []string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	return environ.Modules(build)
}
