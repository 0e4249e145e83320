package recorder

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// named is a set of values by name that keeps two values of one name apart.
type named map[string]any

// set adds a value; where the name is taken it gets a number.
func (n named) set(name string, value any) {
	at := name
	for i := 2; ; i++ {
		if _, taken := n[at]; !taken {
			n[at] = value
			return
		}
		at = fmt.Sprintf("%s (%d)", name, i)
	}
}

// changes lists what differs, sorted by name.
func changes(a, b named, equal func(a, b any) bool) []Change {
	var found []Change
	for _, name := range slices.Sorted(maps.Keys(a)) {
		x := a[name]
		y, both := b[name]
		switch {
		case !both:
			found = append(found, Change{Name: name, Kind: Removed, A: x})
		case !equal(x, y):
			found = append(found, Change{Name: name, Kind: Changed, A: x, B: y})
		}
	}
	for name, y := range b {
		if _, both := a[name]; !both {
			found = append(found, Change{Name: name, Kind: Added, B: y})
		}
	}
	slices.SortFunc(found, func(x, y Change) int { return strings.Compare(x.Name, y.Name) })
	return found
}

// flatten gives nested parameters dotted names. Where {"a": {"b": 1}} and
// {"a.b": 2} come together both are kept.
func flatten(params map[string]any) named {
	flat := named{}
	flattenInto(flat, "", params)
	return flat
}

func flattenInto(flat named, prefix string, params map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(params)) {
		inner, nested := params[name].(map[string]any)
		if nested && len(inner) > 0 {
			flattenInto(flat, prefix+name+".", inner)
			continue
		}
		flat.set(prefix+name, params[name])
	}
}

// equalValues compares parameters: numbers by what they are worth, whatever
// their type; a NaN equals a NaN.
func equalValues(a, b any) bool {
	if x, ok := numberOf(a); ok {
		y, ok := numberOf(b)
		return ok && x.equal(y)
	}
	switch x := a.(type) {
	case []byte:
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equalValues)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, equalValues)
	case nil, bool, string:
		return a == b
	}
	return false
}

// exact is a number without the loss of a conversion.
type exact struct {
	value *big.Float // nil for NaN
}

func (x exact) equal(y exact) bool {
	if x.value == nil || y.value == nil {
		return x.value == y.value
	}
	return x.value.Cmp(y.value) == 0
}

// exactBits hold every int64, uint64 and float64.
const exactBits = 64

func numberOf(v any) (exact, bool) {
	n := new(big.Float).SetPrec(exactBits)
	switch x := v.(type) {
	case int:
		return exact{n.SetInt64(int64(x))}, true
	case int64:
		return exact{n.SetInt64(x)}, true
	case uint64:
		return exact{n.SetUint64(x)}, true
	case float32:
		// As it is written: the float32 nearest to 0.1 means 0.1.
		short, _ := strconv.ParseFloat(strconv.FormatFloat(float64(x), 'g', -1, 32), 64)
		return ofFloat(short), true
	case float64:
		return ofFloat(x), true
	}
	return exact{}, false
}

func ofFloat(f float64) exact {
	if math.IsNaN(f) {
		return exact{}
	}
	return exact{new(big.Float).SetPrec(exactBits).SetFloat64(f)}
}

// packageVersions splits the lines of packages.txt into names and versions.
func packageVersions(lines []string) named {
	versions := named{}
	for _, line := range lines {
		name, version, ok := strings.Cut(line, "==")
		if !ok {
			name, version, _ = strings.Cut(line, " ")
		}
		versions.set(name, version)
	}
	return versions
}

// environmentOf is where and how a run ran.
func environmentOf(i *Info) named {
	e := named{
		"command": strings.Join(i.Command, " "), "directory": i.Directory, "runtime": i.Runtime,
		"host": i.Host.Name, "os": i.Host.OS, "arch": i.Host.Arch, "cpu": i.Host.CPU,
		"cpus": int64(i.Host.CPUs), "memory": i.Host.Memory, "user": i.User, "author": i.Author,
	}
	if g := i.Git; g != nil {
		e["git commit"], e["git branch"], e["git dirty"] = g.Commit, g.Branch, g.Dirty
	}
	if x := i.Executable; x != nil {
		e["executable"], e["executable revision"] = x.SHA256, x.Revision
	}
	for _, gpu := range i.Host.GPUs {
		e.set("gpu", gpu.Name)
	}
	for _, variable := range i.Environment {
		e.set("$"+variable.Name, variable.Value)
	}
	for name, value := range e {
		if value == "" || value == int64(0) || value == uint64(0) {
			delete(e, name) // unknown
		}
	}
	return e
}

// compareEnvironments compares where and how two runs ran. An executable is read
// while its run goes on, and a short run ends before: one that was not read is
// unknown, and no change.
func compareEnvironments(a, b *Info) []Change {
	return slices.DeleteFunc(changes(environmentOf(a), environmentOf(b), equalValues), func(c Change) bool {
		return c.Name == "executable" && c.Kind != Changed
	})
}

// compareHead compares the commit that a run ran on with HEAD.
func (p *Project) compareHead(a *Run) []Change {
	if p.repo == nil || a.started.Git == nil {
		return nil
	}
	head, err := p.repo.Head()
	if err != nil || head.Commit.IsZero() {
		return nil
	}
	now := named{"git commit": head.Commit.String()}
	if head.Branch != "" {
		now["git branch"] = head.Branch
	}
	then := environmentOf(a.started)
	maps.DeleteFunc(then, func(name string, _ any) bool { return name != "git commit" && name != "git branch" })
	return changes(then, now, equalValues)
}
