package failure

import (
	"strings"
	"testing"
)

func fingerprint(text string) string {
	kind, message, stack, _ := Parse([]byte(text))
	return Fingerprint(kind, message, stack)
}

// One bug gives one fingerprint, whatever the numbers, paths, lines and
// addresses of this time.
func TestFingerprintOfTheSameBug(t *testing.T) {
	for _, test := range []struct {
		file string
		old  []string // and what stands there another time, in turn
	}{
		{"python-a", []string{"line 2", "line 31", "bad 3", "bad 4", "/home/u/project", "/mnt/b", "line 5", "line 6"}},
		{"node-a", []string{"a.js:1:29", "a.js:7:2", "/home/u/project/", "/srv/x/"}},
		{"node-d", []string{"'/nope/x'", "'/other/path'", "d.js:1:15", "d.js:3:1"}},
		{"go-index", []string{"[5]", "[12]", "length 0", "length 3", "main.go:6 ", "main.go:61 ", "+0x39", "+0x1c"}},
		{"go-struct", []string{"0x4dd438", "0x4aa012"}},
		{"java-cause", []string{`"abc"`, `"x1"`, "A.java:2", "A.java:3"}},
		{"rust-index", []string{"is 3", "is 8", "2:40", "5:1", "(25397)", "(17)"}},
		{"r-a", []string{"bad value 3", "bad value 4.5e-3"}},
		{"native-at", []string{"is 7", "is 1234"}},
		{"native-asan", []string{"0x602000000010", "0x60200000ff10", "a.cc:14", "a.cc:15"}},
		{"shell-killed", []string{"line 1", "line 2"}},
	} {
		text := string(words(t, test.file))
		again := strings.NewReplacer(test.old...).Replace(text)
		if again == text {
			t.Fatalf("%s: nothing was replaced", test.file)
		}
		if fingerprint(text) != fingerprint(again) || fingerprint(text) == "" {
			t.Errorf("%s: the same bug has two fingerprints", test.file)
		}
	}
}

// No two of the files of testdata are of one bug.
func TestFingerprintTellsBugsApart(t *testing.T) {
	same := map[string]bool{"shell-sh": true, "go-two": true}
	seen := map[string]string{}
	for _, test := range said {
		print := fingerprint(string(words(t, test.file)))
		if other, known := seen[print]; known && !same[test.file] {
			t.Errorf("%s and %s have one fingerprint", other, test.file)
		}
		seen[print] = test.file
	}
	python := string(words(t, "python-a"))
	for _, other := range []string{
		strings.Replace(python, "in g\n", "in h\n", 3),
		strings.Replace(python, "RuntimeError: outer", "RuntimeError: inner", 1),
		strings.Replace(python, "RuntimeError: outer", "KeyError: outer", 1),
	} {
		if fingerprint(other) == fingerprint(python) {
			t.Errorf("another bug has the same fingerprint:\n%s", other)
		}
	}
}

func TestGeneralMessages(t *testing.T) {
	for message, want := range map[string]string{
		"loss is 3.5e-07 at step 1,204":                       "loss is ? at step ?",
		"run 123e4567-e89b-42d3-a456-426614174000 is gone":    "run ? is gone",
		"open /data/train/x.bin: no such file":                "open ?: no such file",
		`open C:\data\x.bin: denied`:                          "open ?: denied",
		"can't read 'a b' or \"c\" and don't care":            "can't read ? or ? and don't care",
		"tried to allocate 20.00 MiB (GPU 0; 7.79 GiB total)": "tried to allocate ? MiB (GPU ?; ? GiB total)",
		"bad object deadbeef0123":                             "bad object ?",
		"expected float32, got conv2d":                        "expected float32, got conv2d",
		"pointer 0xc000012345\n\tand  more":                   "pointer ? and more",
		"2026/11/27 09:46:32 no data":                         "?? ? no data",
	} {
		if got := general(message); got != want {
			t.Errorf("general(%q) = %q, want %q", message, got, want)
		}
	}
}
