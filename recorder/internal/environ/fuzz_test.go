package environ

import (
	"path/filepath"
	"strings"
	"testing"
)

// Whatever the descriptions of packages hold, what comes of them are lines of
// their own without control characters, and few.
func FuzzDescriptions(f *testing.F) {
	f.Add("Name: numpy\nVersion: 2.1\n\nrest")
	f.Add("[[deps.Flux]]\nversion = \"0.14\"\n[deps.x]\n")
	f.Add(`{"name": "left-pad", "version": "1.3.0"}`)
	f.Add("home = /usr\ninclude-system-site-packages = true\n")
	f.Add("A100, 40960, 535.54\n\"x, y\n")
	f.Fuzz(func(t *testing.T, text string) {
		set := newPackageSet(t.Context())
		dir := t.TempDir()
		write(t, filepath.Join(dir, "package.json"), text, 0o600)
		write(t, filepath.Join(dir, "x-1.dist-info", "METADATA"), text, 0o600)
		write(t, filepath.Join(dir, "x.pth"), text, 0o600)
		addNodePackage(set, dir)
		addDistributions(set, dir)
		addManifest(set, text)
		set.addExact(headerField([]byte(text), "Package"), headerField([]byte(text), "Version"))
		systemPackages([]byte(text))
		if n := len(withPaths([]string{dir})); n > 1000 {
			t.Errorf("%d folders come of %q", n, text)
		}
		for _, line := range set.lines() {
			if strings.ContainsFunc(line, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
				t.Errorf("%q comes of %q", line, text)
			}
		}
		if n := len(parseNVIDIA(text)); n > maxGPUs {
			t.Errorf("%d GPUs come of %q", n, text)
		}
	})
}
