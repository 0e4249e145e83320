package arrows

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/exprec/exprec/"

// layers are the parts from the lowest to the highest. A part may use those
// before it, never one after it; parts of the last layer only stand on others.
// The lowest serves the tests of all.
var layers = [][]string{
	{"internal/poll"},
	{"gitstore"},
	{"recorder"},
	{"views"},
	{"cmd", "examples", "scripts", "internal"},
}

// layer gives the number of the layer that a package of this module is in, and
// -1 for packages of others.
func layer(pkg string) int {
	path, ours := strings.CutPrefix(pkg, module)
	if !ours {
		return -1
	}
	for i, names := range layers {
		for _, name := range names {
			if strings.HasPrefix(path+"/", name+"/") {
				return i
			}
		}
	}
	return -1
}

// turned names the arrows in deps that point up. A line of deps is a package
// followed by everything it depends on, as go list prints it.
func turned(deps string) (checked int, wrong []string) {
	for line := range strings.Lines(deps) {
		fields := strings.Fields(line)
		if len(fields) == 0 || layer(fields[0]) < 0 {
			continue
		}
		checked++
		for _, dep := range fields[1:] {
			if layer(dep) > layer(fields[0]) {
				wrong = append(wrong, fmt.Sprintf("%s uses %s", fields[0], dep))
			}
		}
	}
	return checked, wrong
}

// list runs go list for a system with a template of each package's dependencies.
func list(t *testing.T, system, template string) string {
	t.Helper()
	command := exec.Command("go", "list", "-f", template, module+"...")
	command.Env = append(command.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return string(out)
}

func TestImportsPointOneWay(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		deps := list(t, system, `{{.ImportPath}} {{join .Deps " "}}`)
		deps += list(t, system, `{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}`)
		checked, wrong := turned(deps)
		if checked == 0 {
			t.Error("no package was looked at")
		}
		for _, arrow := range wrong {
			t.Errorf("%s: %s", system, arrow)
		}
	}
}

func TestTurnedArrowsAreFound(t *testing.T) {
	const good = module + "recorder fmt " + module + "gitstore\n" +
		module + "cmd/exprec " + module + "views " + module + "recorder " + module + "gitstore\n" +
		module + "examples/digits " + module + "recorder\n" +
		module + "gitstore/gitstoretest " + module + "internal/poll\n"
	if checked, wrong := turned(good); checked != 4 || len(wrong) != 0 {
		t.Errorf("%d packages looked at, want 4; found %q in imports that are right", checked, wrong)
	}
	for _, bad := range []string{
		module + "gitstore fmt " + module + "recorder",
		module + "gitstore " + module + "recorder/internal/record",
		module + "internal/poll " + module + "gitstore",
		module + "gitstore " + module + "internal/arrows",
		module + "recorder/internal/record " + module + "views/plot",
		module + "recorder " + module + "cmd/exprec",
		module + "views " + module + "examples/digits/training",
	} {
		if _, wrong := turned(bad); len(wrong) != 1 {
			t.Errorf("%q: found %q, want one arrow", bad, wrong)
		}
	}
}
