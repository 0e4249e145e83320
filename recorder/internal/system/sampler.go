package system

import (
	"slices"
	"strings"
	"time"
)

// Parts says what is looked at.
type Parts uint8

// The parts.
const (
	Tree    Parts = 1 << iota // a process and what came of it
	Machine                   // memory, network and graphics processors of the machine
	All     = Tree | Machine
)

// A Value is one figure, such as "cpu" or "gpu/0/memory".
type Value struct {
	Name  string
	Value float64
}

// A Sampler looks at a process tree and its machine from time to time. It is
// for one goroutine.
type Sampler struct {
	tree    *tree
	machine *machine
	before  reading
}

// reading is what one look gives: levels, which are figures of their own, and
// counters, of which the growth per second is one.
type reading struct {
	at       time.Time
	levels   map[string]float64
	counters map[string]float64
}

// New makes a sampler of the process pid. Nothing is read yet.
func New(pid int, parts Parts) *Sampler {
	s := &Sampler{}
	if parts&Tree != 0 {
		s.tree = newTree("/proc", pid)
	}
	if parts&Machine != 0 {
		s.machine = newMachine("/proc", "/sys")
	}
	return s
}

// Except leaves processes out of the tree, whoever started them.
func (s *Sampler) Except(pids ...int) *Sampler {
	if s.tree != nil {
		s.tree.leaveOut(pids)
	}
	return s
}

// Sample gives the figures by now, sorted by name; the rates among them over
// the time since the last call, so the first call gives none. It is nil when
// the process has ended.
func (s *Sampler) Sample() []Value {
	now := reading{at: time.Now(), levels: map[string]float64{}, counters: map[string]float64{}}
	if s.tree != nil && !s.tree.read(now) {
		return nil
	}
	if s.machine != nil {
		s.machine.read(now)
	}
	values := now.since(s.before)
	s.before = now
	return values
}

// since makes figures of a reading and the one before it. A counter that fell
// stood for something that has gone since: it counts as not having moved.
func (r reading) since(before reading) []Value {
	var values []Value
	for name, level := range r.levels {
		values = append(values, Value{name, level})
	}
	seconds := r.at.Sub(before.at).Seconds()
	for name, counter := range r.counters {
		if earlier, ok := before.counters[name]; ok && seconds > 0 {
			values = append(values, Value{name, max(counter-earlier, 0) / seconds})
		}
	}
	slices.SortFunc(values, func(a, b Value) int { return strings.Compare(a.Name, b.Name) })
	return values
}

// Close ends what the sampler started.
func (s *Sampler) Close() {
	if s.machine != nil {
		s.machine.close()
	}
}
