package recorder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// Masked stands in a run's command where a secret was.
const Masked = redact.Mask

// PrepareRerun writes the run's source into the new folder dir, so that its
// command can be run there again, and gives the folder below it that the
// command ran in. Data that the run read in the project, and that is no part of
// its source, is linked to where it is. The warnings say what is not as it was:
// inputs, machine, program.
func (p *Project) PrepareRerun(ctx context.Context, r *Run, dir string) (workDir string, warnings []string, err error) {
	dir, report, err := p.Checkout(ctx, r, dir)
	if err != nil {
		return "", nil, err
	}
	workDir, warnings, err = p.bring(ctx, r, dir)
	return workDir, append(report.Warnings, warnings...), err
}

// bring makes a folder that holds a source fit for the run's command.
func (p *Project) bring(ctx context.Context, r *Run, dir string) (workDir string, warnings []string, err error) {
	warnings = otherMachine(r.Info())
	for _, input := range r.Info().Inputs {
		if err := ctx.Err(); err != nil {
			return "", nil, err
		}
		warnings = append(warnings, p.bringInput(input, dir)...)
	}
	workDir = filepath.FromSlash(r.Info().Directory)
	if filepath.IsAbs(workDir) {
		return workDir, append(warnings, "the run was started outside of the project, in "+workDir+": it is run there again"), nil
	}
	workDir = filepath.Join(dir, workDir)
	if err := os.MkdirAll(workDir, 0o700); err != nil {
		return "", nil, fmt.Errorf("make the folder that the run %s was started in: %w", r.Short(), err)
	}
	return workDir, append(warnings, p.bringProgram(r.Info(), workDir)...), nil
}

// otherMachine says how this machine differs from that of the run.
func otherMachine(then *Info) []string {
	var warnings []string
	now := record.Host{OS: runtime.GOOS, Arch: runtime.GOARCH}
	if then.Host.OS != "" && (then.Host.OS != now.OS || then.Host.Arch != now.Arch) {
		warnings = append(warnings, fmt.Sprintf("the run was on %s/%s, this is %s/%s", then.Host.OS, then.Host.Arch, now.OS, now.Arch))
	}
	return warnings
}

// bringInput says whether an input still is what the run read, and links one of
// the project into dir.
func (p *Project) bringInput(input Input, dir string) []string {
	path := filepath.FromSlash(input.Path)
	_, sum, err := hashPath(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []string{fmt.Sprintf("the input %q is gone: %s", input.Name, path)}
	case err != nil:
		return []string{fmt.Sprintf("the input %q cannot be read: %v", input.Name, err)}
	}
	var warnings []string
	if input.SHA256 != "" && sum != input.SHA256 {
		warnings = append(warnings, fmt.Sprintf("the input %q has changed since: %s", input.Name, path))
	}
	if err := linkFrom(p.top, path, dir); err != nil {
		warnings = append(warnings, fmt.Sprintf("the input %q is not linked: %v", input.Name, err))
	}
	return warnings
}

// bringProgram links a program that is named by a path in the project but is no
// part of the source, such as a compiled one or that of an environment.
func (p *Project) bringProgram(then *Info, workDir string) []string {
	if len(then.Command) == 0 || !strings.ContainsAny(then.Command[0], `/\`) || filepath.IsAbs(then.Command[0]) {
		return nil
	}
	there := filepath.Join(p.top, filepath.FromSlash(then.Directory), filepath.FromSlash(then.Command[0]))
	here := filepath.Join(workDir, filepath.FromSlash(then.Command[0]))
	if _, err := os.Lstat(here); err == nil {
		return nil
	}
	if _, err := os.Stat(there); err != nil || !within(there, p.top) {
		return nil
	}
	if err := symlink(there, here); err != nil {
		return []string{fmt.Sprintf("the program %s is not linked: %v", then.Command[0], err)}
	}
	warning := fmt.Sprintf("the program %s is no part of the source: it is run as it is now", then.Command[0])
	// Of a script the executable is its interpreter.
	if exe := then.Executable; exe != nil && exe.SHA256 != "" && filepath.Base(exe.Path) == filepath.Base(there) {
		if _, sum, err := hashFile(there); err == nil && sum != exe.SHA256 {
			warning = fmt.Sprintf("the program %s is another one than then: it was built anew", then.Command[0])
		}
	}
	return []string{warning}
}

// linkFrom shows a path below top at the same place below dir, unless there is
// something already. Other paths are found where they are.
func linkFrom(top, path, dir string) error {
	rel, err := filepath.Rel(top, path)
	if err != nil || !filepath.IsLocal(rel) || rel == "." {
		return nil
	}
	at := filepath.Join(dir, rel)
	if _, err := os.Lstat(at); err == nil {
		return nil
	}
	return symlink(path, at)
}

func symlink(target, at string) error {
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return err
	}
	return os.Symlink(target, at)
}
