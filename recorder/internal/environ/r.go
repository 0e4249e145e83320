package environ

import (
	"context"
	"path/filepath"
	"strings"
)

// rPackages lists what is installed in the libraries that R looks into; its
// version is that of the package base.
func rPackages(ctx context.Context, p Process) (runtime string, lines []string) {
	home := p.Env["R_HOME"]
	if !filepath.IsAbs(home) {
		home = filepath.Dir(filepath.Dir(filepath.Dir(p.Exe))) // <home>/bin/exec/R
	}
	_, version := description(filepath.Join(home, "library", "base"))
	if !plainWord(version) {
		return "", nil
	}
	set := newPackageSet(ctx)
	for _, dir := range rLibraries(p, home, version) {
		for _, name := range folderNames(dir) {
			if at := filepath.Join(dir, name); installedR(at) {
				set.addExact(description(at))
			}
		}
	}
	return "R " + version, set.lines()
}

// rLibraries are the folders of packages in R's own order, as far as they can
// be told without asking R, which would run the user's profile.
func rLibraries(p Process, home, version string) []string {
	short := version
	if parts := strings.SplitN(version, ".", 3); len(parts) == 3 {
		short = parts[0] + "." + parts[1]
	}
	dirs := glob(p.Dir, "renv/library/R-"+short+"/*", "renv/library/*/R-"+short+"/*")
	for _, name := range []string{"R_LIBS", "R_LIBS_USER", "R_LIBS_SITE"} {
		for _, dir := range filepath.SplitList(p.Env[name]) {
			dirs = append(dirs, p.abs(dir))
		}
	}
	if user := p.Env["HOME"]; filepath.IsAbs(user) {
		dirs = append(dirs, glob(user, "R/*-library/"+short)...)
	}
	return append(dirs, filepath.Join(home, "site-library"), "/usr/local/lib/R/site-library", "/usr/lib/R/site-library", filepath.Join(home, "library"))
}

// glob are the files below dir that match one of the patterns.
func glob(dir string, patterns ...string) []string {
	var found []string
	for _, pattern := range patterns {
		if strings.ContainsAny(dir, `*?[\`) {
			continue // it would be taken for a pattern
		}
		names, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		found = append(found, names...)
	}
	return found
}

// installedR reports whether R counts a folder as an installed package.
func installedR(dir string) bool {
	f := openRegular(filepath.Join(dir, "Meta", "package.rds"))
	if f == nil {
		return false
	}
	f.Close()
	return true
}

// description is the name and the version of an installed R package.
func description(dir string) (name, version string) {
	head := readHead(filepath.Join(dir, "DESCRIPTION"), 64<<10)
	return headerField(head, "Package"), headerField(head, "Version")
}
