package main

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestOverride(t *testing.T) {
	for _, c := range []struct{ command, overrides, want string }{
		{"train --lr 0.1 --seed 3", "--lr 0.2", "train --lr 0.2 --seed 3"},
		{"train --lr=0.1 --seed 3", "--lr 0.2", "train --lr 0.2 --seed 3"},
		{"train --lr 0.1 --seed 3", "--lr=0.2", "train --lr=0.2 --seed 3"},
		{"train -lr 0.1", "--lr -0.2", "train --lr -0.2"},
		{"train lr=0.1 seed=3", "seed=4", "train lr=0.1 seed=4"},
		{"train --lr 0.1 --lr 0.3", "--lr 0.2", "train --lr 0.1 --lr 0.2"},
		{"train --fast --lr 0.1", "--fast", "train --fast --lr 0.1"},
		{"train data.csv", "--epochs 3", "train data.csv --epochs 3"},
		{"train --a 1", "more.csv", "train --a 1 more.csv"},
		{"train --a 1 --b 2", "--b 3 --a 4", "train --a 4 --b 3"},
		{"train", "", "train"},
		{"python3 train.py --shift -1.5", "--shift -.5", "python3 train.py --shift -.5"},
	} {
		if got := strings.Join(override(strings.Fields(c.command), strings.Fields(c.overrides)), " "); got != c.want {
			t.Errorf("%q with %q is %q, want %q", c.command, c.overrides, got, c.want)
		}
	}
}

// Without overrides nothing changes, and an override given twice is like given
// once.
func TestOverrideProperties(t *testing.T) {
	word := rapid.StringMatching(`(--?)?[a-c](=[0-9])?|-?[0-9]`)
	rapid.Check(t, func(t *rapid.T) {
		command := append([]string{"train"}, rapid.SliceOfN(word, 0, 6).Draw(t, "command")...)
		if got := override(command, nil); !slices.Equal(got, command) {
			t.Fatalf("%q became %q", command, got)
		}
		o := []string{"--a=" + rapid.StringMatching(`[0-9]`).Draw(t, "value")}
		once := override(command, o)
		if twice := override(once, o); !slices.Equal(once, twice) {
			t.Fatalf("%q, then %q", once, twice)
		}
		if !slices.Contains(once, o[0]) {
			t.Fatalf("%q is not in %q", o, once)
		}
	})
}
