package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
)

// versionJSON is what version --json prints.
type versionJSON struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"`
	Time     string `json:"time"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Schema   int    `json:"schema"`
	Format   int    `json:"format"`
}

func newVersion(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Say which exprec this is",
		Example: "exprec version --json",
		Args:    between(0, 0),
		RunE: func(*cobra.Command, []string) error {
			v := thisVersion()
			if asJSON {
				return encode(a.out, v, "  ")
			}
			a.out.line(plain("exprec %s", v.Version))
			if v.Commit != "" {
				a.out.line(plain("commit %s of %s%s", v.Commit, v.Time, map[bool]string{true: ", with changes"}[v.Modified]))
			}
			a.out.line(plain("format %d, built with %s for %s/%s", v.Format, v.Go, v.OS, v.Arch))
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// thisVersion reads what the build says of itself.
func thisVersion() versionJSON {
	v := versionJSON{Version: "unknown", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Schema: export.Schema, Format: recorder.Format}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func buildVersion() string { return thisVersion().Version }
