package redact

import (
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// What Text gives has no secret that FindSecrets would find, and masking it
// again changes nothing that matters; the pieces in which a text is read do not
// either.
func FuzzText(f *testing.F) {
	for _, canary := range canaries {
		f.Add("key = " + canary + "\nnext")
		f.Add(canary + canary)
	}
	f.Add("--token x --password=y {\"api_key\": \"z\"} https://u:p@h Authorization: Basic dXNlcjpwYXNzd29yZA==")
	f.Fuzz(func(t *testing.T, text string) {
		masked := Text(text)
		if found := FindSecrets(strings.NewReader(masked), 10); len(found) > 0 {
			t.Errorf("Text(%q) = %q, which holds %v", text, masked, found)
		}
		whole := FindSecrets(strings.NewReader(text), 10)
		if pieces := FindSecrets(iotest.OneByteReader(strings.NewReader(text)), 10); !slices.Equal(whole, pieces) {
			t.Errorf("%q has %v, read in pieces %v", text, whole, pieces)
		}
	})
}

// The value of an option whose name is one of a secret never gets through.
func FuzzArgs(f *testing.F) {
	f.Add("hunter2", true)
	f.Add("=", false)
	f.Fuzz(func(t *testing.T, value string, joined bool) {
		const canary = "CANARY42"
		args := []string{"train", "--password", canary + value, "x"}
		if joined {
			args = []string{"train", "--password=" + value + canary}
		}
		if got := strings.Join(Args(args), "\x00"); strings.Contains(got, canary) {
			t.Errorf("Args(%q) = %q", args, got)
		}
	})
}
