package recorder_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/internal/journal"
)

// waiting makes the folder of a run whose program found no exprec.
func waiting(t *testing.T, dir, id, machine string, pid int) string {
	t.Helper()
	world := map[string]any{
		"pid": pid, "host": "h", "machine_id": machine, "boot_id": journal.BootID(), "pid_namespace": journal.PIDNamespace(),
	}
	start, err := json.Marshal(map[string]any{
		"run": id, "started": time.Now().UnixNano(), "command": []string{"python3", "train.py", "--token=hush"}, "directory": "src",
		"runtime": "Python 3.11.2", "process": world, "title": "It waited", "tags": []string{"a", "NOT ONE"}, "steps": 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(".exprec", "runs", id)
	gitstoretest.Write(t, dir, filepath.Join(folder, "start.json"), string(start))
	lines := fmt.Sprintf(`{"exprec": 1, "run": %q, "start": %d, "pid": %d, "machine_id": %q, "boot_id": %q, "pid_namespace": %q}`+"\n",
		id, time.Now().UnixNano(), pid, machine, journal.BootID(), journal.PIDNamespace())
	lines += `{"scalar": "loss", "v": 0.5, "s": 1}` + "\n" + `{"param": "lr", "v": 0.1}` + "\n"
	gitstoretest.Write(t, dir, filepath.Join(folder, "journal", "00000000000000aa.jsonl"), lines)
	gitstoretest.Write(t, dir, filepath.Join(folder, "files", "model.bin"), "model")
	gitstoretest.Write(t, dir, filepath.Join(".exprec", ".gitignore"), "*\n")
	return filepath.Join(dir, folder)
}

// A run that waits for an exprec is taken in by the next one, once its process
// is dead; what somebody else put there is not.
func TestWaitingRunIsTakenIn(t *testing.T) {
	dir := repository(t)
	const dead = 1 << 22 // no process has this id
	taken := waiting(t, dir, "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a001", journal.MachineID(), dead)
	for id, stay := range map[string]func(string){
		"0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a003": func(folder string) { os.Symlink("/etc/passwd", filepath.Join(folder, "files", "x")) },
		"0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a004": func(folder string) { os.WriteFile(filepath.Join(folder, "start.json"), []byte("{"), 0o600) },
	} {
		stay(waiting(t, dir, id, journal.MachineID(), dead))
	}
	waiting(t, dir, "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a005", "another machine", dead)
	waiting(t, dir, "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a006", journal.MachineID(), os.Getpid())
	defer gitstoretest.Unchanged(t, dir)()
	p := open(t, dir)
	r, err := p.Recover(t.Context(), false)
	if err != nil || len(r.Failed) > 0 || len(r.Sealed) != 1 {
		t.Fatal(err, r)
	}
	if _, err := os.Stat(taken); err == nil {
		t.Error("the folder still waits")
	}
	run := onlyRun(t, open(t, dir))
	info := run.Info()
	if info.Status != recorder.Lost || info.Title != "It waited" || info.Steps != 3 || fmt.Sprint(info.Tags) != "[a]" || info.Directory != "src" {
		t.Errorf("%+v", info)
	}
	if want := "[python3 train.py --token=[masked]]"; fmt.Sprint(info.Command) != want {
		t.Errorf("the command is %q, want %q", info.Command, want)
	}
	params, err := run.Params()
	series, serr := run.Series("loss")
	if err != nil || serr != nil || fmt.Sprint(params, series.Values, series.Steps) != "map[lr:0.1] [0.5] [1]" {
		t.Error(params, series, err, serr)
	}
	if got := gitstoretest.Git(t, dir, "show", "refs/exprec/"+run.ID()+":files/model.bin"); got != "model" {
		t.Errorf("the file holds %q", got)
	}
	if r, err := open(t, dir).Recover(t.Context(), false); err != nil || len(r.Sealed)+len(r.Failed) != 0 {
		t.Error(r, err)
	}
	gitstoretest.Fsck(t, dir)
}

// Without a repository what waits becomes the project: opening it makes the
// store. What somebody else put there is no run, and makes no project.
func TestWaitingRunWithoutRepositoryIsTakenIn(t *testing.T) {
	const dead, id = 1 << 22, "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a001"
	dir := t.TempDir()
	if _, err := recorder.Open(dir); !errors.Is(err, recorder.ErrNoProject) {
		t.Fatalf("an empty folder: %v", err)
	}
	folder := waiting(t, dir, id, journal.MachineID(), dead)
	waiting(t, dir, "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a005", "another machine", dead)
	linked := waiting(t, dir, "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a003", journal.MachineID(), dead)
	if err := os.Symlink("/etc/passwd", filepath.Join(linked, "files", "x")); err != nil {
		t.Fatal(err)
	}
	p := open(t, dir)
	r, err := p.Recover(t.Context(), false)
	if err != nil || len(r.Failed) > 0 || len(r.Sealed) != 1 || len(r.Elsewhere) != 0 {
		t.Fatal(err, r)
	}
	run := onlyRun(t, open(t, dir))
	if run.ID() != id || run.Info().Title != "It waited" || run.Info().Directory != "src" {
		t.Errorf("%+v", run.Info())
	}
	if _, err := os.Stat(filepath.Join(folder, "start.json")); err == nil {
		t.Error("its start still waits")
	}
	check, err := p.Check(t.Context())
	if err != nil || len(check.Findings) > 0 || check.Runs != 1 {
		t.Error(err, check)
	}
}
