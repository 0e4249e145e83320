package redact

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// canaries are one secret of each kind.
var canaries = map[string]string{
	"private key":        "-----BEGIN OPENSSH PRIVATE KEY-----",
	"AWS access key":     "AKIAIOSFODNN7EXAMPLE",
	"GitHub token":       "ghp_" + strings.Repeat("a1B2", 9),
	"GitLab token":       "glpat-" + strings.Repeat("x", 20),
	"Hugging Face token": "hf_" + strings.Repeat("Ab", 17),
	"API key":            "sk-proj-" + strings.Repeat("a_B-", 10),
	"Stripe key":         "sk_live_" + strings.Repeat("4e", 12),
	"Slack token":        "xoxb-123456789012-abcdefghij",
	"Slack webhook":      "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX",
	"Google API key":     "AIza" + strings.Repeat("Sy_-4", 7),
	"npm token":          "npm_" + strings.Repeat("a1", 18),
	"PyPI token":         "pypi-AgE" + strings.Repeat("IcHlwaS5vcmc", 5),
	"JSON web token":     "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl",
	"password in a URL":  "postgres://ada:correct-horse@db/x",
}

func TestFindSecretsKnowsEveryKind(t *testing.T) {
	for kind, canary := range canaries {
		text := "epoch 1\nloss 0.5\nkey: " + canary + " end\nlast\n"
		if got := FindSecrets(strings.NewReader(text), 10); !slices.Equal(got, []Secret{{kind, 3}}) {
			t.Errorf("%q: found %v, want %s in line 3", canary, got, kind)
		}
	}
}

// A secret is found wherever it lies as to the blocks, with the right line,
// whatever pieces the reader gives.
func TestFindSecretsAcrossBlocks(t *testing.T) {
	line := strings.Repeat("x", 63) + "\n"
	for _, canary := range []string{canaries["GitHub token"], canaries["password in a URL"]} {
		for offset := blockSize - longest - 80; offset < blockSize+longest+80; offset += 211 {
			head := strings.Repeat(line, offset/len(line)) + strings.Repeat("y", offset%len(line))
			want := offset/len(line) + 1
			text := head + " " + canary + "\n" + strings.Repeat(line, 9000)
			got := FindSecrets(iotest.HalfReader(strings.NewReader(text)), 10)
			if len(got) != 1 || got[0].Line != want {
				t.Fatalf("at %d: found %v, want one in line %d", offset, got, want)
			}
		}
	}
}

func TestFindSecretsIsBounded(t *testing.T) {
	text := strings.Repeat(canaries["AWS access key"]+"\n", 1000)
	if got := FindSecrets(strings.NewReader(text), 5); len(got) != 5 || got[4].Line != 5 {
		t.Errorf("found %v, want the first five lines", got)
	}
	if got := FindSecrets(strings.NewReader(strings.Repeat("AKIAIOSFODNN7EXAMPLE ", 100)), 5); len(got) != 1 {
		t.Errorf("one line has %v, want each kind once", got)
	}
	if got := FindSecrets(iotest.TimeoutReader(strings.NewReader(text)), 5); len(got) > 5 {
		t.Errorf("a broken reader gives %v", got)
	}
	// A text without line feeds and full of markers must not take longer than
	// in proportion.
	hostile := bytes.Repeat([]byte("eyJsk-xoxb-://hf_-----BEGIN "), 200_000)
	if got := FindSecrets(bytes.NewReader(hostile), 5); len(got) > 5 {
		t.Errorf("found %v", got)
	}
}

func TestFindSecretsPassesOverWhatIsNone(t *testing.T) {
	for _, text := range []string{
		"", "task-specific-model-for-speech-and-more-and-more-words", "hf_hub", "https://example.org/a:b@c", "git@host:team/a.git", "ssh://git@host/a.git",
		"postgres://user:password@localhost/db", "https://user:[masked]@host/", "https://u:$TOKEN@host/", "-----BEGIN CERTIFICATE-----", "risk-" + strings.Repeat("a", 40),
		"file:///home/a:b", "http://[::1]:8080/x@y",
	} {
		if got := FindSecrets(strings.NewReader(text), 5); len(got) != 0 {
			t.Errorf("%q: found %v", text, got)
		}
	}
}

// Text masks each kind that FindSecrets finds.
func TestTextMasksEveryKind(t *testing.T) {
	for kind, canary := range canaries {
		masked := Text("see " + canary + " there")
		if got := FindSecrets(strings.NewReader(masked), 5); len(got) != 0 || strings.Contains(masked, canary) {
			t.Errorf("%s: Text gives %q", kind, masked)
		}
	}
}

func BenchmarkFindSecrets(b *testing.B) {
	var text bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&text, "step %d loss %.6f task-%d https://example.org/%d\n", i, 1/float64(i+1), i, i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		FindSecrets(io.Reader(bytes.NewReader(text.Bytes())), 10)
	}
}
