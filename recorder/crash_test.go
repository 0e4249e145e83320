package recorder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// A failure is recorded without secrets and control characters, bounded, and
// with a fingerprint, whoever reports it.
func TestFailuresAreDescribed(t *testing.T) {
	b := newBench(t)
	secret := "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	recorded := func(step int) *Failure {
		e := Start(Options{Dir: b.dir, Quiet: true})
		e.Fail(fmt.Errorf("step %d: push with %s: \x1b[31m\xff%s: %w", step, secret, strings.Repeat("é", 5000), fs.ErrPermission))
		e.Fail(errors.New("a second one"))
		e.Finish()
		if err := e.Err(); err != nil {
			t.Fatal(err)
		}
		run, err := b.open().Run(t.Context(), e.ID())
		if err != nil {
			t.Fatal(err)
		}
		return run.Info().Error
	}
	f, again := recorded(3), recorded(4)
	if strings.Contains(f.Message, secret) || !strings.HasPrefix(f.Message, "step 3: push with [masked]: \uFFFDé") || !strings.HasSuffix(f.Message, "permission denied") {
		t.Errorf("message %.100q", f.Message)
	}
	if !utf8.ValidString(f.Message) || len(f.Message) > 4<<10 {
		t.Errorf("a message of %d bytes, %.100q", len(f.Message), f.Message)
	}
	if f.Type != "*errors.errorString" || f.Fingerprint == "" || f.Fingerprint != again.Fingerprint {
		t.Errorf("type %q, fingerprints %q and %q", f.Type, f.Fingerprint, again.Fingerprint)
	}
}

// A crash file gives the same failure as the words on stderr, and one that is
// cut or holds something else still gives its last line.
func TestReadCrash(t *testing.T) {
	folder := t.TempDir()
	long := crashed + strings.Repeat("\ngoroutine 2 [select]:\nmain.f()\n\t/x/main.go:3 +0x2\n", 20000)
	for text, want := range map[string]string{
		crashed:              "panic boom",
		long:                 "panic boom",
		crashed[:10]:         "panic boo",
		crashed[8:]:          "crash main.main()",
		"fatal: \x00\xff\n":  "crash fatal: \uFFFD",
		"":                   "",
		"\n\n":               "",
		"panic: alone\n":     "panic alone",
		"exit status 2\n\n ": "crash exit status 2",
	} {
		name := filepath.Join(folder, crashFile)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range readCrashes(folder) {
			got += f.Type + " " + f.Message
			if len(f.Stack) > 64<<10 || f.Fingerprint == "" {
				t.Errorf("%.30q: a stack of %d bytes, fingerprint %q", text, len(f.Stack), f.Fingerprint)
			}
		}
		if got != want {
			t.Errorf("%.30q: got %q, want %q", text, got, want)
		}
	}
}
