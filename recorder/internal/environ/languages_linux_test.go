package environ

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestNodePackages(t *testing.T) {
	project, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	modules := filepath.Join(project, "node_modules")
	write(t, filepath.Join(modules, "left-pad", "package.json"), `{"name": "left-pad", "version": "1.3.0"}`, 0o644)
	write(t, filepath.Join(modules, "@tensorflow", "tfjs", "package.json"), `{"name": "@tensorflow/tfjs", "version": "4.0.0", "dependencies": {}}`, 0o644)
	write(t, filepath.Join(modules, ".pnpm", "linked", "package.json"), `{"name": "linked", "version": "2.0.0"}`, 0o644)
	write(t, filepath.Join(modules, "odd", "package.json"), `{"name": 3, "version": []}`, 0o644)
	write(t, filepath.Join(modules, "evil", "package.json"), `{"name": "a\nb", "version": "1"}`, 0o644)
	if err := os.Symlink(filepath.Join(".pnpm", "linked"), filepath.Join(modules, "linked")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(project, "pkg", "node_modules", "left-pad", "package.json"), `{"name": "left-pad", "version": "1.0.0"}`, 0o644)
	script := write(t, filepath.Join(project, "pkg", "train.js"), "process.stdin.resume()\n", 0o644)
	version, err := exec.Command("node", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	p := observed(t, os.Environ(), "/", "node", "--no-warnings", script, "--lr", "0.1")
	runtime, lines := Packages(t.Context(), p, nil)
	if want := "Node " + strings.TrimSpace(string(version)); p.Language != Node || runtime != want {
		t.Errorf("found %s, %q, want %q", p.Language, runtime, want)
	}
	if want := []string{"@tensorflow/tfjs==4.0.0", "left-pad==1.0.0", "linked==2.0.0"}; !slices.Equal(lines, want) {
		t.Errorf("found %q, want %q", lines, want)
	}
}

// What is found is what R says itself.
func TestRPackagesAreThoseOfR(t *testing.T) {
	home := t.TempDir()
	extra := filepath.Join(home, "extra")
	write(t, filepath.Join(home, "madeup", "DESCRIPTION"), "Package: madeup\nVersion: 0.1-2\nTitle: X\nDescription: X.\nLicense: none\n", 0o644)
	write(t, filepath.Join(home, "madeup", "NAMESPACE"), "", 0o644)
	write(t, filepath.Join(extra, "notinstalled", "DESCRIPTION"), "Package: notinstalled\nVersion: 1\n", 0o644)
	if out, err := exec.Command("R", "CMD", "INSTALL", "--library="+extra, filepath.Join(home, "madeup")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	env := append(os.Environ(), "HOME="+home, "R_LIBS="+extra)
	command := exec.Command("Rscript", "-e", `p <- installed.packages(); cat("R ", as.character(getRversion()), "\n", sep=""); cat(paste0(p[,"Package"], "==", p[,"Version"]), sep="\n")`)
	command.Env = env
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(out)), "\n")
	script := write(t, filepath.Join(home, "wait.R"), `invisible(readLines(file("stdin")))`, 0o644)
	p := observed(t, env, home, "Rscript", script)
	runtime, lines := Packages(t.Context(), p, nil)
	if p.Language != R || runtime != want[0] {
		t.Errorf("found %s, %q, want %q", p.Language, runtime, want[0])
	}
	if more, fewer := without(lines, want[1:]), without(want[1:], lines); len(more)+len(fewer) > 0 || !slices.Contains(lines, "madeup==0.1-2") {
		t.Errorf("found %q too much and %q too little", more, fewer)
	}
}

func TestJuliaPackages(t *testing.T) {
	dir := t.TempDir()
	julia := write(t, filepath.Join(dir, "bin", "julia"), "#!/bin/sh\necho julia version 1.10.4\n", 0o755)
	write(t, filepath.Join(dir, "project", "Project.toml"), "name = \"Mine\"\n", 0o644)
	write(t, filepath.Join(dir, "project", "Manifest.toml"), "julia_version = \"1.10.4\"\nmanifest_format = \"2.0\"\n\n[[deps.Flux]]\ndeps = [\"A\"]\nuuid = \"x\"\nversion = \"0.14.1\"\n\n    [deps.Flux.extensions]\n    X = \"CUDA\"\n\n[[deps.Dates]]\nuuid = \"y\"\n", 0o644)
	write(t, filepath.Join(dir, "depot", "environments", "v1.10", "Manifest.toml"), "[[CSV]]\nversion = \"0.10.0\"\n", 0o644)
	for _, c := range []struct {
		args []string
		env  map[string]string
		at   string
		want []string
	}{
		{[]string{"julia", "--project", "a.jl"}, nil, filepath.Join(dir, "project"), []string{"Flux==0.14.1"}},
		{[]string{"julia", "--project=project", "a.jl"}, nil, dir, []string{"Flux==0.14.1"}},
		{[]string{"julia"}, map[string]string{"JULIA_PROJECT": filepath.Join(dir, "project", "Project.toml")}, "/", []string{"Flux==0.14.1"}},
		{[]string{"julia"}, map[string]string{"JULIA_DEPOT_PATH": filepath.Join(dir, "depot") + ":"}, "/", []string{"CSV==0.10.0"}},
		{[]string{"julia", "--project=@."}, nil, "/", nil},
	} {
		env := map[string]string{"PATH": os.Getenv("PATH"), "HOME": dir}
		for name, value := range c.env {
			env[name] = value
		}
		runtime, lines := Packages(t.Context(), Program{Process{Exe: julia, Args: c.args, Dir: c.at, Env: env}, Julia}, nil)
		if runtime != "Julia 1.10.4" || !slices.Equal(lines, c.want) {
			t.Errorf("%q %v: found %q %q, want %q", c.args, c.env, runtime, lines, c.want)
		}
	}
}

// A Go program is found by its build, behind go run too, whose own tools do not
// count.
func TestGoModulesOfACommand(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.org/trainer\n\ngo 1.21\n", 0o644)
	write(t, filepath.Join(dir, "main.go"), "package main\n\nimport (\"io\"; \"os\")\n\nfunc main() { io.ReadAll(os.Stdin) }\n", 0o644)
	env := append(os.Environ(), "GOFLAGS=-buildvcs=false")
	p := observed(t, env, dir, "go", "run", ".")
	runtime, lines := Packages(t.Context(), p, nil)
	if p.Language != Go || !strings.HasPrefix(runtime, "go1.") || len(lines) > 0 {
		t.Errorf("found %s, %q %q", p.Language, runtime, lines)
	}
	program := filepath.Join(dir, "quickstart")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "github.com/exprec/exprec/examples/quickstart")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as other tests build: packages are compiled once
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, lines = Packages(t.Context(), Program{Process{Exe: program}, Go}, nil)
	if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "github.com/google/uuid v1.") }) {
		t.Errorf("the modules of the quickstart are %q", lines)
	}
}

// Pipes, huge files, loops of links and rubbish where descriptions should be
// neither stop the search nor get into the list.
func TestPackagesStandHostileFolders(t *testing.T) {
	dir := t.TempDir()
	site := filepath.Join(dir, "lib", "python3.11", "site-packages")
	distribution(t, site, "good", "1.0")
	for _, name := range []string{"pipe-1.dist-info", "huge-1.dist-info", "loop-1.dist-info", "deep-1.dist-info"} {
		if err := os.MkdirAll(filepath.Join(site, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(site, "pipe-1.dist-info", "METADATA"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(site, "pipe.pth"), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(site, "huge-1.dist-info", "METADATA"), "", 0o644)
	if err := os.Truncate(filepath.Join(site, "huge-1.dist-info", "METADATA"), 1<<40); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("METADATA", filepath.Join(site, "loop-1.dist-info", "METADATA")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(site, "deep-1.dist-info", "METADATA"), "Name: "+strings.Repeat("x", 1000)+"\nVersion: 1\n", 0o644)
	write(t, filepath.Join(site, "evil-1.dist-info", "METADATA"), "Name: \x1b[31mevil\nVersion: 1 2\n", 0o644)
	write(t, filepath.Join(site, "all.pth"), strings.Repeat("/dev\n.\n..\n/proc/self\n", 10_000), 0o644)
	write(t, filepath.Join(site, "no-utf8\xff-1.dist-info", "METADATA"), "\xff\xfe", 0o644)
	set := newPackageSet(t.Context())
	began := time.Now()
	for _, at := range withPaths([]string{site}) {
		addDistributions(set, at)
	}
	want := []string{"good==1.0", "huge==1", "loop==1", "pipe==1"}
	if got := set.lines(); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestPackageSetIsBounded(t *testing.T) {
	set := newPackageSet(t.Context())
	for i := range 2 * maxPackages {
		set.addExact(fmt.Sprint("package", i), "1")
	}
	if n := len(set.lines()); n != maxPackages {
		t.Errorf("%d packages are kept, want %d", n, maxPackages)
	}
}

func TestReadHeadReadsRegularFilesOnly(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "file"), "content", 0o644)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{file: "cont", filepath.Join(dir, "pipe"): "", dir: "", "/dev/zero": "", filepath.Join(dir, "none"): ""} {
		if got := readHead(name, 4); !bytes.Equal(got, []byte(want)) {
			t.Errorf("readHead(%s) = %q, want %q", name, got, want)
		}
	}
}
