package recorder_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// world says where a program runs: as it is, or with a boot id, a name, a pid
// namespace or file locks of its own.
type world struct {
	boot, host string
	pids       bool
	blind      bool // locks are given without being taken, as on a share that keeps them to each machine
	lockless   bool // the file system has no locks
}

// enter makes a command run in a world.
func (w world) enter(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	args := cmd.Args
	if w.blind {
		args = append([]string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fcntl", "-e", "inject=fcntl:retval=0"}, args...)
	}
	if w.lockless {
		cmd.Env = append(cmd.Env, locklessVariable+"=1")
	}
	script := "exec \"$@\""
	if w.boot != "" {
		file := filepath.Join(t.TempDir(), "boot")
		if err := os.WriteFile(file, []byte(w.boot+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		script = "mount --bind " + file + " /proc/sys/kernel/random/boot_id && " + script
	}
	if w.host != "" {
		script = "hostname " + w.host + " && " + script
	}
	around := []string{"unshare", "--mount", "--uts"}
	if w.pids {
		around = append(around, "--pid", "--fork", "--mount-proc", "--kill-child=KILL")
	}
	cmd.Args = append(append(around, "sh", "-c", script, "sh"), args...)
	path, err := exec.LookPath("unshare")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = path
}

// driver is the program "driven", and how it is told what to do.
type driver struct {
	t      *testing.T
	id     string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Scanner
	stderr string // file
}

func drive(t *testing.T, dir string, w world) *driver {
	t.Helper()
	d := &driver{t: t, cmd: program(t, dir, "driven"), stderr: filepath.Join(t.TempDir(), "stderr")}
	w.enter(t, d.cmd)
	// A group of its own, so that all of it can be killed at once.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	d.cmd.Cancel = func() error { return syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL) }
	var err error
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := os.Create(d.stderr)
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stderr = errs
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	errs.Close()
	d.out = bufio.NewScanner(out)
	d.id = d.answer()
	return d
}

func (d *driver) answer() string {
	d.t.Helper()
	if !d.out.Scan() {
		d.t.Fatalf("the program ended: %s", d.said())
	}
	return d.out.Text()
}

func (d *driver) said() string {
	data, _ := os.ReadFile(d.stderr)
	return string(data)
}

// do gives the program a line and waits for its answer.
func (d *driver) do(format string, args ...any) string {
	d.t.Helper()
	fmt.Fprintf(d.in, format+"\n", args...)
	return d.answer()
}

func (d *driver) kill() {
	d.t.Helper()
	if err := d.cmd.Cancel(); err != nil {
		d.t.Error(err)
	}
	for d.out.Scan() { // to the end: then all that held the output are dead
	}
	d.cmd.Wait()
}

func (d *driver) end() {
	d.t.Helper()
	d.in.Close()
	if err := d.cmd.Wait(); err != nil {
		d.t.Errorf("the program ended with %v: %s", err, d.said())
	}
}

// recoverFrom is recoverIn in a world.
func recoverFrom(t *testing.T, dir, arg string, w world) (o outcome) {
	t.Helper()
	cmd := program(t, dir, "recover", arg)
	w.enter(t, cmd)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// Only who would see a process live calls its run dead, and only a person
// seals it elsewhere. A live one is never called lost, from wherever one looks.
func TestWhoMayCallARunDead(t *testing.T) {
	const boot = "11111111-2222-4333-8444-555555555555"
	here, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		program  world
		observer world
		sees     bool   // the observer may call a dead one dead
		host     string // that it says the run may live on
		unlocked bool   // the observer does not see the lock either
	}{
		{name: "the same world", sees: true},
		{name: "a container", program: world{pids: true}, host: here},
		{name: "seen from a container", observer: world{pids: true}, host: here},
		{name: "another kernel", program: world{boot: boot, host: "gpu-3"}, host: "gpu-3"},
		{name: "another kernel of the same name", program: world{boot: boot}, host: here},
		{name: "another kernel behind a share", program: world{boot: boot, host: "gpu-3", blind: true}, host: "gpu-3", unlocked: true},
		{name: "without locks", program: world{lockless: true}, observer: world{lockless: true}, sees: true},
		{name: "without locks on another kernel", program: world{boot: boot, host: "gpu-3", lockless: true}, observer: world{lockless: true}, host: "gpu-3", unlocked: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := repository(t)
			defer gitstoretest.Unchanged(t, dir)()
			d := drive(t, dir, test.program)
			d.do("log 10")
			alive := "running"
			if test.unlocked {
				alive += " " + test.host
			}
			for _, how := range []string{"2s", "", "force"} {
				if how == "force" && test.unlocked {
					continue // that is what the person answers for
				}
				if o := recoverFrom(t, dir, how, test.observer); len(o.Sealed) > 0 || o.Runs[d.id] != alive || len(o.Failed) > 0 {
					t.Fatalf("a live run, %q: %+v, want %q", how, o, alive)
				}
			}
			d.kill()
			if test.sees {
				if o := recoverFrom(t, dir, "2s", test.observer); !slices.Equal(o.Sealed, []string{d.id}) || o.Runs[d.id] != "lost" {
					t.Fatalf("a dead run: %+v", o)
				}
				return
			}
			for _, how := range []string{"2s", ""} {
				o := recoverFrom(t, dir, how, test.observer)
				if len(o.Sealed) > 0 || o.Runs[d.id] != "running "+test.host || how == "" && !slices.Equal(o.Hosts, []string{test.host}) {
					t.Fatalf("a dead run elsewhere, %q: %+v", how, o)
				}
			}
			if o := recoverFrom(t, dir, "force", test.observer); !slices.Equal(o.Sealed, []string{d.id}) || o.Runs[d.id] != "lost" {
				t.Fatalf("a dead run elsewhere, by force: %+v", o)
			}
			if o := recoverFrom(t, dir, "", test.program); len(o.Sealed)+len(o.Continued)+len(o.Failed) > 0 || len(o.Runs) != 1 {
				t.Fatalf("at home afterwards: %+v", o)
			}
			if series, err := onlyRun(t, open(t, dir)).Series("loss"); err != nil || len(series.Values) != 10 {
				t.Errorf("%v, %v", series, err)
			}
		})
	}
}

// A program whose run is sealed by force on another machine, which sees no
// lock of it, goes on in a run of its own; nothing is lost or there twice,
// whether it ends or is killed.
func TestSealedElsewhereWhileItLogs(t *testing.T) {
	other := world{boot: "11111111-2222-4333-8444-555555555555", host: "gpu-3", blind: true}
	for _, ending := range []string{"finish", "kill", "sync, kill", "sync, forced, finish", "forced, kill"} {
		t.Run(ending, func(t *testing.T) {
			dir := repository(t)
			defer gitstoretest.Unchanged(t, dir)()
			d := drive(t, dir, world{})
			d.do("param lr")
			d.do("log 10")
			force := func() {
				t.Helper()
				if o := recoverFrom(t, dir, "force", other); len(o.Failed) > 0 {
					t.Fatal(o)
				}
			}
			force()
			d.do("log 5")
			said := 1
			for step := range strings.SplitSeq(ending, ", ") {
				switch step {
				case "sync":
					if answer := d.do("sync"); answer != "<nil>" {
						t.Error("Sync gives", answer)
					}
					d.do("log 3")
				case "forced":
					force()
					d.do("log 4")
				case "finish":
					d.do("file late.txt")
					if answer := d.do("finish"); answer != "<nil>" {
						t.Error("Err gives", answer)
					}
					d.end()
				case "kill":
					d.kill()
				}
			}
			o := recoverIn(t, dir, "")
			if len(o.Failed) > 0 {
				t.Fatal(o)
			}
			if strings.Contains(ending, "finish") {
				checkLateFile(t, dir, d.id)
			}
			checkDriven(t, dir, d.id, 15+3*strings.Count(ending, "sync")+4*strings.Count(ending, "forced"))
			if strings.Contains(ending, "finish") && strings.Count(d.said(), "was sealed by somebody else") < said {
				t.Errorf("it said %q", d.said())
			}
		})
	}
}

// checkLateFile looks for the file that the program wrote after its run had
// been sealed: it belongs to the last one of the chain, and only to it.
func checkLateFile(t *testing.T, dir, id string) {
	t.Helper()
	p := open(t, dir)
	first, err := p.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := p.Chain(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range chain {
		files, err := r.Files()
		if err != nil {
			t.Fatal(err)
		}
		data, _ := fs.ReadFile(files, "late.txt")
		if want := map[bool]string{true: "late.txt"}[i == len(chain)-1]; string(data) != want {
			t.Errorf("run %d of %d has the file %q, want %q", i, len(chain), data, want)
		}
	}
}

// checkDriven checks the chain of runs that begins with id: every point once.
func checkDriven(t *testing.T, dir, id string, points int) {
	t.Helper()
	p := open(t, dir)
	runs, err := p.Runs(t.Context(), "")
	if err != nil || len(runs) < 2 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	next := map[string]*recorder.Run{}
	for _, r := range runs {
		next[r.Info().Continues] = r
	}
	var values []float64
	for r := next[""]; r != nil; r = next[r.ID()] {
		if r.Err() != nil || !r.Status().Final() || r.Label() != "driven" {
			t.Errorf("%s: %s, %v", r.Short(), r.Status(), r.Err())
		}
		if params, err := r.Params(); err != nil || params["lr"] != int64(1) {
			t.Errorf("%s: parameters %v, %v", r.Short(), params, err)
		}
		if r.ID() != id && (len(r.Info().Warnings) == 0 || gitstoretest.Git(t, dir, "show", "refs/exprec/"+r.ID()+":source/train.py") != "lr = 0.2") {
			t.Errorf("%s: warnings %q, or its source is another one", r.Short(), r.Info().Warnings)
		}
		if series, err := r.Series("loss"); err == nil {
			values = append(values, series.Values...)
		}
	}
	if len(values) != points {
		t.Errorf("%d points, want %d", len(values), points)
	}
	for i, v := range values {
		if v != float64(i) {
			t.Fatalf("point %d is %v", i, v)
		}
	}
	if report, err := p.Check(t.Context()); err != nil || report.Err() != nil {
		t.Errorf("check: %v, %v", report, err)
	}
	gitstoretest.Fsck(t, dir)
}

// What another user recorded is for that user to finish, before root too.
func TestRunsOfAnotherUser(t *testing.T) {
	dir := repository(t)
	home := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(home, "program")
	data, err := os.ReadFile(self)
	if err == nil {
		err = os.WriteFile(binary, data, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	const user = 12345
	for at := home; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("chown", "-R", fmt.Sprint(user), dir, home).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	as := func(cmd *exec.Cmd) *exec.Cmd {
		cmd.Path, cmd.Args[0] = binary, binary
		cmd.Env = append(cmd.Env, "HOME="+home, "XDG_DATA_HOME="+home)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		return cmd
	}
	cmd := as(program(t, dir, "exits"))
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 7 {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "safe.directory")
	t.Setenv("GIT_CONFIG_VALUE_0", "*")
	before, err := exec.Command("find", dir, "-newermt", "1970-01-01", "-printf", "%p %T@ %U\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"2s", "", "force"} {
		if o := recoverIn(t, dir, how); len(o.Sealed) > 0 || o.NotOurs != 1 || len(o.Runs) != 1 || len(o.Failed) > 0 {
			t.Fatalf("root, %q: %+v", how, o)
		}
	}
	if after, _ := exec.Command("find", dir, "-newermt", "1970-01-01", "-printf", "%p %T@ %U\n").Output(); string(after) != string(before) {
		t.Errorf("root changed the repository from\n%s\nto\n%s", before, after)
	}
	out, err := as(program(t, dir, "recover", "2s")).Output()
	var o outcome
	if jerr := json.Unmarshal(out, &o); err != nil || jerr != nil || len(o.Sealed) != 1 {
		t.Errorf("its owner: %+v, %v, %v", o, err, jerr)
	}
}

// A program that starts to record leaves the dead runs of others alone.
func TestStartTouchesNoDeadRun(t *testing.T) {
	dir := repository(t)
	d := drive(t, dir, world{})
	d.do("log 3")
	d.kill()
	journals, err := filepath.Glob(filepath.Join(dir, ".git", "exprec", "runs", d.id, "journal", "*.bin"))
	if err != nil || len(journals) != 1 {
		t.Fatal(journals, err)
	}
	before, err := os.Stat(journals[0])
	if err != nil {
		t.Fatal(err)
	}
	tip := gitstoretest.Git(t, dir, "rev-parse", "refs/exprec/"+d.id)
	e := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Continue: d.id})
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(journals[0])
	if err != nil || !after.ModTime().Equal(before.ModTime()) || gitstoretest.Git(t, dir, "rev-parse", "refs/exprec/"+d.id) != tip {
		t.Error("the dead run was touched:", err)
	}
}

// What there is no time for is left for later, and counted; recover itself has
// all the time there is.
func TestRecoveryOnTheWayIsBounded(t *testing.T) {
	dir := repository(t)
	for range 3 {
		if err := program(t, dir, "exits").Run(); err == nil {
			t.Fatal("it should have exited with 7")
		}
	}
	if o := recoverIn(t, dir, "1ns"); o.Waiting != 3 || len(o.Sealed) != 0 {
		t.Errorf("without time: %+v", o)
	}
	folders, _ := filepath.Glob(filepath.Join(dir, ".git", "exprec", "runs", "*", "journal"))
	if err := os.MkdirAll(filepath.Join(filepath.Dir(folders[0]), "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(filepath.Dir(folders[0]), "files", "large.bin")
	if err := os.WriteFile(large, make([]byte, 65<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := recoverIn(t, dir, "20s"); o.Waiting != 1 || len(o.Sealed) != 2 {
		t.Errorf("with a large one: %+v", o)
	}
	if o := recoverIn(t, dir, ""); o.Waiting != 0 || len(o.Sealed) != 1 {
		t.Errorf("when asked for: %+v", o)
	}
}
