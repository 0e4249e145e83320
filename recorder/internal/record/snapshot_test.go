package record

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A snapshot is what the builder was, whatever is added to it afterwards.
func TestSnapshots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, like := NewBuilder(), NewBuilder()
		names := []string{"a", "b", "c"}
		add := func() {
			name := rapid.SampledFrom(names).Draw(t, "name")
			for range rapid.IntRange(1, 3*PreviewPoints).Draw(t, "points") {
				step, value := rapid.Int64().Draw(t, "step"), rapid.Float64().Draw(t, "value")
				b.Add(name, step, time.Second, value)
				like.Add(name, step, time.Second, value)
			}
		}
		for range rapid.IntRange(0, 5).Draw(t, "before") {
			add()
		}
		b.SetGoal("a", Minimize)
		like.SetGoal("a", Minimize)
		snapshot := b.Snapshot()
		same := func(what string, one, other *Builder) {
			t.Helper()
			if !reflect.DeepEqual(one.Index(), other.Index()) || one.Len() != other.Len() {
				t.Fatalf("%s: %+v and %+v", what, one.Index(), other.Index())
			}
			for _, name := range names {
				c, ok := one.Column(name)
				d, ok2 := other.Column(name)
				if ok != ok2 || !slices.Equal(c.Steps, d.Steps) || !slices.Equal(c.Values, d.Values) || !slices.Equal(c.Times, d.Times) {
					t.Fatalf("%s: other points of %s", what, name)
				}
			}
		}
		same("at once", snapshot, like)
		frozen := snapshot.Index()
		for range rapid.IntRange(1, 5).Draw(t, "after") {
			add()
			b.SetGoal("b", Maximize)
			like.SetGoal("b", Maximize)
			same("the next one", b.Snapshot(), like)
		}
		if !reflect.DeepEqual(snapshot.Index(), frozen) {
			t.Fatal("the snapshot has changed")
		}
	})
}
