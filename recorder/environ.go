package recorder

import (
	"bytes"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// describeProgram fills in what ran, where and by whom.
func describeProgram(run *record.Run, p *Project) {
	run.Command = redact.Args(os.Args)
	run.Directory = relativeDir(p.top)
	run.Runtime = runtime.Version()
	run.Host = describeHost()
	run.User = userName()
	run.Process = record.Process{
		PID: os.Getpid(), MachineID: journal.MachineID(), BootID: journal.BootID(), PIDNamespace: journal.PIDNamespace(),
	}
	run.Executable = describeExecutable()
	if p.repo != nil {
		run.Git = describeGit(p.repo)
	}
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

func describeHost() record.Host {
	name, _ := os.Hostname()
	return record.Host{
		Name: name, OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(),
		CPU: procField("/proc/cpuinfo", "model name"), Memory: memory(),
	}
}

// procField is the value of the first line "field : value" of a file in /proc.
func procField(file, field string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, _ := f.Read(head)
	for line := range bytes.Lines(head[:n]) {
		name, value, ok := strings.Cut(string(line), ":")
		if ok && strings.TrimSpace(name) == field {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// memory is the machine's memory in bytes, 0 where it is not known.
func memory() uint64 {
	kilobytes, _, _ := strings.Cut(procField("/proc/meminfo", "MemTotal"), " ")
	n, _ := strconv.ParseUint(kilobytes, 10, 64)
	return n * 1024
}

func userName() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// describeExecutable says which binary ran and what it was built from.
func describeExecutable() *record.Executable {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	exe := &record.Executable{Path: path}
	if info, err := os.Stat(path); err == nil {
		exe.Modified = info.ModTime().UTC()
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			switch setting.Key {
			case "vcs.revision":
				exe.Revision = setting.Value
			case "vcs.modified":
				exe.Changed = setting.Value == "true"
			}
		}
	}
	return exe
}

// judgeExecutable says where the snapshot may not be what was built: a file
// was changed after the binary, or the binary knows another commit.
func judgeExecutable(run *record.Run, s *gitstore.Snapshot) {
	exe := run.Executable
	if exe == nil || exe.Modified.IsZero() {
		return
	}
	switch {
	case s.Newest.After(exe.Modified.Add(time.Second)):
		exe.SourceMayDiffer = fmt.Sprintf("%s was changed after the program was built", s.NewestPath)
	case exe.Revision != "" && run.Git != nil && run.Git.Commit != "" && exe.Revision != run.Git.Commit:
		exe.SourceMayDiffer = fmt.Sprintf("the program was built from commit %.12s", exe.Revision)
	}
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

// packageLines are the modules of the program, "module version" each.
func packageLines() []string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
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
