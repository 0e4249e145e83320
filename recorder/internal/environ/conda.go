package environ

import (
	"path/filepath"
	"strings"
)

// condaPackage is a package that conda installed.
type condaPackage struct{ name, version, build string }

// condaPackages are what conda-meta of an environment names, one file a
// package: <name>-<version>-<build>.json.
func condaPackages(prefix string) []condaPackage {
	var found []condaPackage
	for _, file := range folderNames(filepath.Join(prefix, "conda-meta")) {
		rest, ok := strings.CutSuffix(file, ".json")
		atBuild := strings.LastIndexByte(rest, '-')
		if !ok || atBuild < 0 {
			continue
		}
		atVersion := strings.LastIndexByte(rest[:atBuild], '-')
		if atVersion <= 0 {
			continue
		}
		found = append(found, condaPackage{rest[:atVersion], rest[atVersion+1 : atBuild], rest[atBuild+1:]})
	}
	return found
}

// mergeConda are the lines of both: "name==version=build" for what conda
// installed, in place of the same version as Python's tools see it. A version
// that pip put over conda's counts.
func mergeConda(set *packageSet, packages []condaPackage) []string {
	byName := map[string]string{}
	for name := range set.versions {
		byName[comparable(name)] = name
	}
	for _, p := range packages {
		name, known := byName[comparable(p.name)]
		switch {
		case !known:
			set.add(p.name, p.version+"="+p.build)
		case set.versions[name] == p.version && plainWord(p.build):
			set.versions[name] += "=" + p.build
		}
	}
	return set.lines()
}
