package environ

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Process is a running program.
type Process struct {
	PID  int
	Exe  string // the file it runs, links resolved
	Args []string
	Dir  string            // its working directory
	Env  map[string]string // its whole environment: never to be stored
}

// Language is what a program is written in, as far as its packages can be
// listed.
type Language string

// The languages whose packages can be listed.
const (
	Go     Language = "Go"
	Python Language = "Python"
	Node   Language = "Node"
	R      Language = "R"
	Julia  Language = "Julia"
)

// Program is a process whose language is known.
type Program struct {
	Process
	Language Language
}

// maxProcesses bounds how many processes are looked at, from the first one
// down.
const maxProcesses = 256

// How often Observe looks: quickly at first, since the program of a script may
// be short, then seldom.
const (
	firstLook = 10 * time.Millisecond
	lastLook  = 20 * time.Second
	quickFor  = 500 * time.Millisecond
)

// Observe looks at a process and those that it starts until ctx ends, and calls
// found with the program that does the work: the first one of a known language,
// and again where another one turns out to run longer (a launcher asks an
// interpreter for its version before it starts the program with another one).
func Observe(ctx context.Context, pid int, found func(Program)) {
	o := observer{languages: map[string]Language{}, seen: map[string]time.Duration{}}
	began, last, pause := time.Now(), time.Now(), firstLook
	for ctx.Err() == nil {
		now := time.Now()
		if program, ok := o.look(pid, now.Sub(last)); ok {
			found(program)
		}
		last = now
		if time.Since(began) > quickFor {
			pause = min(pause*3/2, lastLook)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// observer remembers what was seen of the programs of a run.
type observer struct {
	languages map[string]Language      // of the files that ran, empty where unknown
	seen      map[string]time.Duration // how long each program ran, by its files
	current   string                   // the program that was found last
}

// look takes the programs that run now; passed is the time since the last look.
func (o *observer) look(pid int, passed time.Duration) (Program, bool) {
	return o.choose(o.running(pid), passed)
}

// running are the programs that a process is and has started, by their files.
func (o *observer) running(pid int) map[string]Program {
	running := map[string]Program{}
	for at, queue := 0, []int{pid}; at < len(queue) && at < maxProcesses; at++ {
		p, language := o.program(queue[at])
		if language == "" {
			queue = append(queue, children(queue[at])...)
			continue
		}
		key := p.Exe + "\x00" + p.Started()
		if _, known := running[key]; !known {
			running[key] = Program{p, language}
		}
	}
	return running
}

// choose is the program that is to be described from now on, if it is another
// one than before: one that has been seen for longer than the one that was
// described, which does not run any more.
func (o *observer) choose(running map[string]Program, passed time.Duration) (Program, bool) {
	for key := range running {
		o.seen[key] += passed
	}
	if _, ok := running[o.current]; ok {
		return Program{}, false
	}
	for _, key := range slices.Sorted(maps.Keys(running)) {
		if o.current == "" || o.seen[key] > o.seen[o.current] {
			o.current = key
			return running[key], true
		}
	}
	return Program{}, false
}

// program is a process, and the language of the program that it is; none where
// the program is known to do nothing but start others.
func (o *observer) program(pid int) (Process, Language) {
	language := o.language(exeOf(pid))
	if language == "" {
		return Process{}, ""
	}
	p, ok := readProcess(pid)
	if !ok || launches(p) {
		return Process{}, ""
	}
	return p, language
}

func (o *observer) language(exe string) Language {
	language, known := o.languages[exe]
	if !known && exe != "" {
		language = languageOf(exe)
		o.languages[exe] = language
	}
	return language
}

// Started is the file that a process was started by, before links are resolved:
// a virtual environment is told by it. It is the file itself where the first
// argument leads elsewhere.
func (p Process) Started() string {
	if len(p.Args) == 0 {
		return p.Exe
	}
	name := p.Args[0]
	candidates := []string{p.abs(name)}
	if filepath.Base(name) == name {
		candidates = nil
		for _, dir := range filepath.SplitList(p.Env["PATH"]) {
			candidates = append(candidates, filepath.Join(p.abs(dir), name))
		}
	}
	exe, err := os.Stat(p.Exe)
	if err != nil {
		return p.Exe
	}
	for _, file := range candidates {
		if info, err := os.Stat(file); err == nil && os.SameFile(info, exe) {
			return file
		}
	}
	return p.Exe
}

func (p Process) abs(name string) string { return resolve(p.Dir, name) }

func resolve(dir, name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(dir, name)
}
