package recorder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// sampledRun waits until a run has figures of the system and gives the run as
// it stands then.
func sampledRun(t *testing.T, p *Project, id string) *Run {
	t.Helper()
	var r *Run
	poll.Until(t, "there are figures of the system", func() bool {
		var err error
		if r, err = p.Run(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		found, err := r.System()
		if err != nil {
			t.Fatal(err)
		}
		return len(found) > 0
	})
	return r
}

func systemNames(t *testing.T, r *Run) string {
	t.Helper()
	found, err := r.System()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range found {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}

// A run of a second and more has figures of the system, which stay out of the
// way of its own scalars; not where they are switched off.
func TestSystemScalars(t *testing.T) {
	dir := gitstoretest.New(t)
	defer gitstoretest.Unchanged(t, dir)()
	sampled := Start(Options{Dir: dir, Quiet: true})
	without := Start(Options{Dir: dir, Quiet: true, NoSystem: true})
	gitstoretest.Git(t, dir, "config", "--global", "exprec.system", "false")
	configured := Start(Options{Dir: dir, Quiet: true})
	sampled.AddScalar("loss", 0.5, 1)
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	checkSystem(t, sampledRun(t, p, sampled.ID()))
	for _, e := range []*Experiment{sampled, without, configured} {
		e.Finish()
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
	}
	r := sampledRun(t, p, sampled.ID())
	checkSystem(t, r)
	if message := gitstoretest.Git(t, dir, "log", "-1", "--format=%B", "refs/exprec/"+r.ID()); !strings.Contains(message, "loss") || strings.Contains(message, record.SystemPrefix) {
		t.Errorf("git log says %q", message)
	}
	for _, e := range []*Experiment{without, configured} {
		other, err := p.Run(t.Context(), e.ID())
		if err != nil {
			t.Fatal(err)
		}
		if names := systemNames(t, other); names != "" {
			t.Errorf("a run without figures of the system has %s", names)
		}
		d, err := p.Compare(t.Context(), other, r)
		if err != nil || len(d.Scalars) != 1 || d.Scalars[0].Name != "loss" {
			t.Errorf("the comparison has the scalars %+v, %v", d.Scalars, err)
		}
	}
}

func checkSystem(t *testing.T, r *Run) {
	t.Helper()
	names := systemNames(t, r)
	for _, name := range []string{"cpu", "disk/read", "disk/written", "machine/memory", "memory", "network/received", "network/sent"} {
		if !strings.Contains(" "+names+" ", " system/"+name+" ") {
			t.Errorf("%s: there is no system/%s in %s", r.Status(), name, names)
		}
	}
	scalars, err := r.Scalars()
	if err != nil || len(scalars) != 1 || scalars[0].Name != "loss" {
		t.Errorf("%s: the run's own scalars are %+v, %v", r.Status(), scalars, err)
	}
	series, err := r.Series("system/memory")
	if err != nil || series.Steps[0] < 1 || series.Values[0] < 1<<20 {
		t.Errorf("%s: the series is %+v, %v", r.Status(), series, err)
	}
	for i, step := range series.Steps {
		if at := int64(series.Times[i].Seconds()); at < step || at > step+10 { // a slow machine takes its time
			t.Errorf("%s: the step after %d s is %d", r.Status(), at, step)
		}
	}
}

// A process that joins from another machine samples under its rank, one of the
// same machine not at all.
func TestJoinedProcessesSampleElsewhere(t *testing.T) {
	for _, c := range []struct {
		name, local, absent, present string
		boot                         string
	}{
		{"first of another machine", "0", "system/cpu", "system/rank3/machine/memory", "another boot"},
		{"second of another machine", "1", "system/rank3/machine/memory", "system/rank3/cpu", "another boot"},
		{"of the same machine", "0", "system/", "", journal.BootID()},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			m := b.run("shared")
			m.Process = record.Process{MachineID: "another", BootID: c.boot, PIDNamespace: "pid:[1]"}
			m.Started = time.Now().UTC()
			b.start(m)
			b.journal(m, nil)
			folder := filepath.Join(b.dir, ".exprec", "runs", m.UUID)
			if err := os.WriteFile(filepath.Join(folder, originName), []byte(b.dir), 0o600); err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]string{envRun: m.UUID, envDir: folder, "RANK": "3", "LOCAL_RANK": c.local} {
				t.Setenv(name, value)
			}
			e := Start(Options{Quiet: true})
			defer e.Finish()
			if c.present == "" {
				if e.sampled != nil {
					t.Error("it samples")
				}
				return
			}
			names := " " + systemNames(t, sampledRun(t, b.open(), m.UUID)) + " "
			if !strings.Contains(names, " "+c.present+" ") || strings.Contains(names, " "+c.absent+" ") {
				t.Errorf("it has %s", names)
			}
		})
	}
}

// Figures come each second in the beginning, then each five.
func TestSamplingTimes(t *testing.T) {
	for elapsed, want := range map[time.Duration]time.Duration{
		0: time.Second, 500 * time.Millisecond: time.Second, time.Second: 2 * time.Second, 3100 * time.Millisecond: 4 * time.Second,
		4999 * time.Millisecond: 5 * time.Second, 5 * time.Second: 10 * time.Second, 61 * time.Second: 65 * time.Second,
	} {
		if got := next(elapsed); got != want {
			t.Errorf("after %s figures come at %s, want %s", elapsed, got, want)
		}
	}
}
