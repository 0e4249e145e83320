package record

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEncodeName(t *testing.T) {
	for name, want := range map[string]string{
		"loss":                   "loss",
		"val/loss":               "val%2Floss",
		"Val_Loss-2.0":           "Val_Loss-2.0",
		"a b":                    "a%20b",
		"ü":                      "%C3%BC",
		"100%":                   "100%25",
		"a~b":                    "a%7Eb",
		`a\b:c*?"<>|`:            "a%5Cb%3Ac%2A%3F%22%3C%3E%7C",
		"\x00\x1b\n":             "%00%1B%0A",
		".":                      "%2E",
		"..":                     "%2E%2E",
		"...":                    "%2E.%2E",
		".git":                   "%2Egit",
		"a.":                     "a%2E",
		"a ":                     "a%20",
		"-rf":                    "%2Drf",
		"--":                     "%2D-",
		"con":                    "%63on",
		"NUL.txt":                "%4EUL.txt",
		"com1":                   "%63om1",
		"com10":                  "com10",
		"console":                "console",
		"LPT9.a.b":               "%4CPT9.a.b",
		strings.Repeat("a", 100): strings.Repeat("a", 100),
		strings.Repeat("a", 101): strings.Repeat("a", 83) + "~9d0793397991b57a",
		strings.Repeat("/", 34):  strings.Repeat("%2F", 27) + "~1f62aeee9540aa90",
	} {
		if got := EncodeName(name); got != want {
			t.Errorf("%.40q becomes %q, want %q", name, got, want)
		}
	}
}

var segmentForm = regexp.MustCompile(`^[A-Za-z0-9_%][A-Za-z0-9._%-]*(~[0-9a-f]{16})?$`)

func TestSegments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(text(), rapid.StringMatching(`[.\-a-zA-Z/%~]{0,120}`), rapid.SampledFrom([]string{"CON", "aux.x", "..", "lpt1"})).Draw(t, "name")
		segment := EncodeName(name)
		if name == "" {
			return // CheckName refuses it before
		}
		if !segmentForm.MatchString(segment) || len(segment) > 100 || strings.HasSuffix(segment, ".") || reservedName(segment) {
			t.Fatalf("%q becomes %q", name, segment)
		}
		if plain, _, cut := strings.Cut(segment, "~"); cut {
			if _, err := url.PathUnescape(plain); err != nil {
				t.Fatalf("%q is cut within an escape: %q", name, segment)
			}
		} else if back, err := url.PathUnescape(segment); err != nil || back != name {
			t.Fatalf("%q becomes %q, which says %q (%v)", name, segment, back, err)
		}
	})
}

// Names of one folder never meet, not even where case does not count, and the
// same name always gets the same segment.
func TestNamesDoNotMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var names Names
		taken := map[string]string{}
		for range rapid.IntRange(0, 30).Draw(t, "names") {
			name := rapid.StringMatching(`[aA][bB](/?[cC]){0,60}`).Draw(t, "name")
			segment := names.Encode(name)
			if other, ok := taken[strings.ToLower(segment)]; ok && other != name {
				t.Fatalf("%q and %q meet in %q", name, other, segment)
			}
			taken[strings.ToLower(segment)] = name
			if again := names.Encode(name); again != segment || len(segment) > 100 {
				t.Fatalf("%q becomes %q, then %q", name, segment, again)
			}
		}
	})
	var names Names
	if got := []string{names.Encode("Loss"), names.Encode("loss"), names.Encode("Loss")}; !slices.Equal(got, []string{"Loss", "loss~2ea71c18131a7f03", "Loss"}) {
		t.Errorf("%q", got)
	}
}

func TestChecks(t *testing.T) {
	for name, good := range map[string]bool{"loss": true, "": false, "ü/\x1b\n": true, strings.Repeat("a", 256): true, strings.Repeat("a", 257): false, "\xff": false} {
		if err := CheckName(name); (err == nil) != good || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("name %.20q: %v", name, err)
		}
	}
	for tag, good := range map[string]bool{"a": true, "v2-final": true, "": false, "A": false, "a b": false, "ü": false, "a_b": false, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, "a\n": false} {
		if err := CheckTag(tag); (err == nil) != good || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("tag %.20q: %v", tag, err)
		}
	}
	for id, good := range map[string]bool{testUUID: true, strings.ToUpper(testUUID): false, "": false, "{" + testUUID[:34] + "}": false,
		"0b8f3a52-7a55-1d2c-9d7a-0123456789ab": false, "0b8f3a52-7a55-4d2c-7d7a-0123456789ab": false, "0b8f3a5207a55-4d2c-9d7a-0123456789ab": false,
		"0b8f3a52-7a55-4d2c-9d7a-0123456789a\n": false, testUUID + "a": false} {
		if err := CheckUUID(id); (err == nil) != good || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("uuid %q: %v", id, err)
		}
	}
}

func TestWords(t *testing.T) {
	all := map[string]bool{}
	for _, list := range []string{adjectives, nouns} {
		words := strings.Fields(list)
		if len(words) < 200 {
			t.Errorf("%d words only", len(words))
		}
		if !slices.IsSorted(words) {
			t.Error("the words are not sorted")
		}
		for _, w := range words {
			if all[w] || len(w) > 10 || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
				t.Errorf("%q is there twice, long, or odd", w)
			}
			all[w] = true
		}
	}
}

func TestAliasAndLabel(t *testing.T) {
	alias := Alias(testUUID)
	if alias != Alias(testUUID) || !regexp.MustCompile(`^[a-z]+-[a-z]+$`).MatchString(alias) {
		t.Errorf("alias %q", alias)
	}
	seen := map[string]bool{}
	for i := range 1000 {
		seen[Alias(strings.Repeat("x", i))] = true
	}
	if len(seen) < 970 {
		t.Errorf("1,000 runs have %d aliases only", len(seen))
	}
	for want, run := range map[string]Run{
		"title":    {Title: "title", Name: "name", Alias: "alias"},
		"name":     {Title: " ", Name: "name", Alias: "alias"},
		"alias":    {Alias: "alias"},
		"0b8f3a52": {UUID: testUUID},
	} {
		if got := run.Label(); got != want {
			t.Errorf("label %q, want %q", got, want)
		}
	}
}
