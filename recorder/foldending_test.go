package recorder

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// process is what one process says in its journal.
type process struct {
	watches int // the id of the process that it watches
	err     string
	end     *record.EndFrame // nil: it died
}

func ends(status Status) *record.EndFrame { return &record.EndFrame{Status: status} }

func exits(status Status, code int) *record.EndFrame {
	return &record.EndFrame{Status: status, ExitCode: &code}
}

func killed(status Status, signal string, code int) *record.EndFrame {
	return &record.EndFrame{Status: status, Signal: signal, ExitCode: &code}
}

// folding writes the journals of some processes and folds them. Their ids are
// 101, 102, … in their order.
func folding(t *testing.T, crash string, processes ...process) (*folded, *record.Run) {
	t.Helper()
	b := newBench(t)
	m := b.run("a")
	var folder string
	for i, p := range processes {
		w, _ := b.journal(m, func(h *journal.Header) { h.PID = 101 + i })
		folder = filepath.Dir(filepath.Dir(w.Path()))
		if p.watches != 0 {
			w.Append(journal.Watch, record.EncodeWatchFrame(record.WatchFrame{PID: p.watches, By: "exprec run"}))
		}
		if p.err != "" {
			w.Append(journal.Error, record.EncodeFailureFrame(record.FailureFrame{Failure: record.Failure{Type: "panic", Message: p.err}}))
		}
		if p.end != nil {
			w.Append(journal.End, record.EncodeEndFrame(*p.end))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if crash != "" {
		if err := os.WriteFile(filepath.Join(folder, crashFile), []byte(crash), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := fold(folder, m.Started)
	if err != nil {
		t.Fatal(err)
	}
	run := m.Info
	f.describe(&run)
	return f, &run
}

const crashed = "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:9 +0x1\n"

// The table of how a run ended, by what its processes and watchers say.
func TestOutcome(t *testing.T) {
	for _, test := range []struct {
		name      string
		processes []process
		crash     string
		status    Status
		exit      int // -1 unknown
		signal    string
		err       string
		recovered bool
	}{
		{"succeeded", []process{{end: exits(Succeeded, 0)}}, "", Succeeded, 0, "", "", false},
		{"failed", []process{{err: "bad", end: ends(Failed)}}, "", Failed, -1, "", "bad", false},
		{"died", []process{{}}, "", Lost, -1, "", "its process died without a word", true},
		{"one of two died", []process{{end: exits(Succeeded, 0)}, {}}, "", Lost, -1, "", "its process died", true},
		{"died after an error", []process{{err: "bad"}}, "", Lost, -1, "", "bad", true},
		{"crashed", []process{{}}, crashed, Failed, -1, "", "boom", true},
		{"crashed while it finished", []process{{err: unwound + "panic", end: ends(Failed)}}, crashed, Failed, -1, "", "boom", false},
		{"one crashed, one died", []process{{}, {}}, crashed, Lost, -1, "", "boom", true},
		{"an empty crash file", []process{{end: exits(Succeeded, 0)}}, " \n", Succeeded, 0, "", "", false},
		{"seen, nothing said", []process{{watches: 7, end: exits(Succeeded, 0)}}, "", Succeeded, 0, "", "", false},
		{"seen to fail", []process{{watches: 7, err: "exit code 3", end: exits(Failed, 3)}}, "", Failed, 3, "", "exit code 3", false},
		{"seen to be killed", []process{{}, {watches: 101, err: "killed", end: killed(Lost, "SIGKILL", 137)}}, "", Lost, 137, "SIGKILL", "killed", false},
		{"os.Exit(0) without Finish", []process{{}, {watches: 101, end: exits(Succeeded, 0)}}, "", Succeeded, 0, "", "", false},
		{"os.Exit(3) after Finish", []process{{end: exits(Succeeded, 0)}, {watches: 101, err: "exit code 3", end: exits(Failed, 3)}}, "", Failed, 3, "", "exit code 3", false},
		{"own error, seen exit", []process{{err: "bad", end: ends(Failed)}, {watches: 101, err: "exit code 1", end: exits(Failed, 1)}}, "", Failed, 1, "", "bad", false},
		{"one of two failed", []process{{end: exits(Succeeded, 0)}, {err: "bad", end: ends(Failed)}}, "", Failed, -1, "", "bad", false},
		{"own error without an end, seen success", []process{{err: "bad"}, {watches: 101, end: exits(Succeeded, 0)}}, "", Failed, 0, "", "bad", false},
		{"a worker crashed, and nobody minds", []process{{}, {watches: 9, end: exits(Succeeded, 0)}}, crashed, Succeeded, 0, "", "", false},
		{"own stop, seen exit", []process{{err: "interrupt", end: &record.EndFrame{Status: Stopped, Signal: "SIGINT"}}, {watches: 101, err: "exit code 1", end: exits(Failed, 1)}}, "", Stopped, 1, "SIGINT", "interrupt", false},
		{"own failure, seen success", []process{{err: "bad", end: ends(Failed)}, {watches: 9, end: exits(Succeeded, 0)}}, "", Failed, 0, "", "bad", false},
		{"panic without value, seen value", []process{{err: unwound + "panic", end: ends(Failed)}, {watches: 101, err: "boom", end: exits(Failed, 2)}}, "", Failed, 2, "", "boom", false},
		{"the watcher died", []process{{end: exits(Succeeded, 0)}, {watches: 101}}, "", Succeeded, 0, "", "", false},
		{"the watcher died too", []process{{}, {watches: 101}}, "", Lost, -1, "", "its process died", true},
		{"only a watcher, dead", []process{{watches: 7}}, "", Lost, -1, "", "its process died", true},
		{"seen without how", []process{{}, {watches: 101, end: ends(Lost)}}, "", Lost, -1, "", "nobody could see how", false},
		{"seen without how, after success", []process{{end: exits(Succeeded, 0)}, {watches: 101, end: ends(Lost)}}, "", Succeeded, 0, "", "", false},
		{"two watchers, one knows", []process{{watches: 7, end: ends(Lost)}, {watches: 7, end: exits(Succeeded, 0)}}, "", Succeeded, 0, "", "", false},
	} {
		_, run := folding(t, test.crash, test.processes...)
		exit := -1
		if run.ExitCode != nil {
			exit = *run.ExitCode
		}
		failure := ""
		if run.Error != nil {
			failure = run.Error.Message
		}
		ok := failure == test.err || test.err != "" && len(failure) > len(test.err) && (failure[:len(test.err)] == test.err || run.Error.Type == "lost")
		if run.Status != test.status || exit != test.exit || run.Signal != test.signal || !ok || run.Recovered != test.recovered {
			t.Errorf("%s: %s, exit %d, signal %q, error %q, recovered %v", test.name, run.Status, exit, run.Signal, failure, run.Recovered)
		}
	}
}

// A worker that died without a word is named where the end was seen; the
// program that was watched is not.
func TestDeadWorkerIsAWarning(t *testing.T) {
	_, run := folding(t, "", process{}, process{}, process{watches: 101, end: exits(Succeeded, 0)})
	want(t, "warnings", fmt.Sprint(run.Warnings), "[the process 102, rank 0, ended without a word]")
	want(t, "status", run.Status, Succeeded)
	_, run = folding(t, crashed, process{}, process{watches: 101, end: exits(Succeeded, 0)})
	want(t, "warnings", fmt.Sprint(run.Warnings), "[a process crashed: panic: boom]")
}

// A lost run says what is known of its last moments.
func TestLostSaysWhatIsKnown(t *testing.T) {
	at := time.Date(2026, 3, 1, 14, 3, 12, 0, time.UTC)
	f := &folded{columns: record.NewBuilder(), last: at}
	f.columns.Add("loss", 1204, time.Second, 0.5)
	f.columns.Add("acc", 1204, time.Second, 0.5)
	f.columns.Add(memoryScalar, 17, 2*time.Second, 3.1e9)
	run := &record.Run{}
	want(t, "message", f.lostError(run).Message,
		"its process died without a word; heard last 14:03:12 UTC, last recorded loss at step 1,204, memory 3.1 GB then")
	run.Host.Memory = 3.2e9
	want(t, "message", f.lostError(run).Message,
		"its process died without a word; heard last 14:03:12 UTC, last recorded loss at step 1,204, memory 3.1 GB then, probably out of memory: there were 3.2 GB")
	for n, text := range map[int64]string{0: "0", 999: "999", -1000: "-1,000", 1234567: "1,234,567"} {
		want(t, "number", thousands(n), text)
	}
}

// What was found out late is over what was known at the start; a name is taken
// where there is none, and tags are united.
func TestLateFacts(t *testing.T) {
	b := newBench(t)
	m := b.run("")
	m.Tags, m.Host.CPUs = []string{"base"}, 2
	m.Executable = &record.Executable{Path: "train", Revision: "abc"}
	w, _ := b.journal(m, nil)
	w.Append(journal.Facts, record.EncodeFactsFrame(record.FactsFrame{Runtime: "Python 3.12", Executable: &record.Executable{SHA256: "00ff"}}))
	w.Append(journal.Facts, record.EncodeFactsFrame(record.FactsFrame{Packages: 12, GPUs: []record.GPU{{Name: "A100"}}}))
	w.Append(journal.Meta, record.EncodeMetaFrame(record.MetaFrame{Name: "first", Tags: []string{"base", "big", "Not A Tag"}}))
	w.Append(journal.Meta, record.EncodeMetaFrame(record.MetaFrame{Name: "second"}))
	w.Append(journal.Mark, record.EncodeMarkFrame(record.MarkFrame{Stream: 2, Offset: 40}))
	w.Close()
	f, err := fold(filepath.Dir(filepath.Dir(w.Path())), m.Started.Add(-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	run := m.Info
	f.describe(&run)
	want(t, "runtime", run.Runtime, "Python 3.12")
	want(t, "executable", *run.Executable, record.Executable{Path: "train", Revision: "abc", SHA256: "00ff"})
	want(t, "the start's executable", *m.Executable, record.Executable{Path: "train", Revision: "abc"})
	want(t, "packages", run.Packages, 12)
	want(t, "host", fmt.Sprint(run.Host.CPUs, run.Host.GPUs[0].Name), "2A100")
	want(t, "name", run.Name, "first")
	want(t, "tags", run.Tags, []string{"base", "big"})
	if len(f.marks) != 1 || f.marks[0].Stream != 2 || f.marks[0].Offset != 40 || f.marks[0].Time < time.Second || f.marks[0].Time%time.Millisecond != 0 {
		t.Errorf("marks %+v", f.marks)
	}
}
