package journal

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func myWorld() Header {
	return Header{MachineID: MachineID(), BootID: BootID(), PIDNamespace: PIDNamespace()}
}

// tellWorld says what world a child lives in, and whether that of its argument
// is the same.
func tellWorld(args []string) error {
	var other Header
	if err := json.Unmarshal([]byte(args[0]), &other); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"World": myWorld(), "Same": SameWorld(other)})
}

func askWorld(t *testing.T, attr *syscall.SysProcAttr) (world Header, same bool) {
	t.Helper()
	mine, err := json.Marshal(myWorld())
	if err != nil {
		t.Fatal(err)
	}
	cmd := child(t, "world", string(mine))
	cmd.SysProcAttr = attr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		World Header
		Same  bool
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.World, answer.Same
}

// TestSameWorld: only here, now and in this pid namespace may a run be called
// lost.
func TestSameWorld(t *testing.T) {
	if !SameWorld(myWorld()) {
		t.Fatalf("this process does not know its own world: %+v", myWorld())
	}
	if world, same := askWorld(t, nil); !same || !SameWorld(world) {
		t.Errorf("a child here is in another world: %+v", world)
	}
	for name, change := range map[string]func(*Header){
		"another boot":      func(h *Header) { h.BootID = "6a2a58a5-2f0b-4b0a-8e4e-1f8f6a1c7a11" },
		"another machine":   func(h *Header) { h.MachineID = "0123456789abcdef0123456789abcdef" },
		"another namespace": func(h *Header) { h.PIDNamespace = "pid:[1]" },
		"no boot id":        func(h *Header) { h.BootID = "" },
		"no namespace":      func(h *Header) { h.PIDNamespace = "" },
	} {
		h := myWorld()
		if change(&h); SameWorld(h) {
			t.Errorf("%s counts as the same world", name)
		}
	}
}

// TestTwoNamespaces: a writer in another pid namespace, as in a container, is
// seen to hold its lock, and nobody here may judge it by its absence.
func TestTwoNamespaces(t *testing.T) {
	apart := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	if os.Getuid() != 0 {
		apart.Cloneflags |= syscall.CLONE_NEWUSER
	}
	world, same := askWorld(t, apart)
	if same || SameWorld(world) || world.BootID != BootID() {
		t.Errorf("another pid namespace counts as the same world: %+v", world)
	}
	path := filepath.Join(t.TempDir(), "lock")
	cmd, in := startHolder(t, path, apart)
	mustAlive(t, path, true)
	if _, ok, _ := TryLockExclusive(path); ok {
		t.Error("a run could be sealed that is written in another namespace")
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	mustAlive(t, path, false)
}

// TestProcessAlive: without locks a process is known by its id and the moment
// it started, not by its id alone.
func TestProcessAlive(t *testing.T) {
	h := myWorld()
	h.PID = os.Getpid()
	w, err := Create(t.TempDir(), h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r, err := Open(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h = r.Header()
	if alive, known := ProcessAlive(h); !alive || !known {
		t.Errorf("this process: alive %v, known %v", alive, known)
	}
	reused := h
	reused.ProcessStart--
	if alive, known := ProcessAlive(reused); alive || !known {
		t.Errorf("a process whose id was given to another: alive %v, known %v", alive, known)
	}
	cmd, in := startHolder(t, filepath.Join(t.TempDir(), "lock"), nil)
	h.PID, h.ProcessStart = cmd.Process.Pid, processStart(cmd.Process.Pid)
	if alive, _ := ProcessAlive(h); !alive {
		t.Error("a child that runs counts as dead")
	}
	in.Close()
	cmd.Wait()
	if alive, known := ProcessAlive(h); alive || !known {
		t.Errorf("a child that ended: alive %v, known %v", alive, known)
	}
	h.BootID = "another"
	if _, known := ProcessAlive(h); known {
		t.Error("a process of another boot counts as known")
	}
}
