package environ

import (
	"context"
	"path/filepath"
	"strings"
)

// juliaPackages lists what the manifest of the active project names.
func juliaPackages(ctx context.Context, p Process, cache *Cache) (runtime string, lines []string) {
	version := strings.TrimPrefix(ask(ctx, p, cache, "--version"), "julia version ")
	if plainWord(version) {
		runtime = "Julia " + version
	}
	set := newPackageSet(ctx)
	for _, name := range []string{"JuliaManifest.toml", "Manifest.toml"} {
		if manifest := readHead(filepath.Join(juliaProject(p, version), name), maxFile); manifest != nil {
			addManifest(set, string(manifest))
			break
		}
	}
	return runtime, set.lines()
}

// juliaProject is the folder of the active project: of --project, else of
// JULIA_PROJECT, else the default one of this version.
func juliaProject(p Process, version string) string {
	project := p.Env["JULIA_PROJECT"]
	for _, arg := range p.Args {
		if arg == "--project" {
			project = "@."
		} else if dir, ok := strings.CutPrefix(arg, "--project="); ok {
			project = dir
		}
	}
	switch {
	case project == "@.":
		for at := p.Dir; ; at = filepath.Dir(at) {
			if readHead(filepath.Join(at, "Project.toml"), 1) != nil || at == filepath.Dir(at) {
				return at
			}
		}
	case strings.HasSuffix(project, ".toml"):
		return filepath.Dir(p.abs(project))
	case project != "" && !strings.HasPrefix(project, "@"):
		return p.abs(project)
	}
	depot, _, _ := strings.Cut(p.Env["JULIA_DEPOT_PATH"], string(filepath.ListSeparator))
	if depot == "" {
		depot = filepath.Join(p.Env["HOME"], ".julia")
	}
	if project == "" {
		project = "@v" + versionInName.FindString(version)
	}
	return filepath.Join(depot, "environments", project[1:])
}

// addManifest adds the packages of a Manifest.toml: a table [[deps.Name]], in
// older ones [[Name]], with a version each. Those of the standard library have
// none in older ones.
func addManifest(set *packageSet, manifest string) {
	name := ""
	for line := range strings.Lines(manifest) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			name = strings.TrimPrefix(strings.Trim(line, "[]"), "deps.")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if ok && name != "" && strings.TrimSpace(key) == "version" {
			set.addExact(name, strings.Trim(strings.TrimSpace(value), `"`))
		}
	}
}
