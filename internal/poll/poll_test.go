package poll

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// witness notes what a test would have failed with.
type witness struct{ said string }

func (*witness) Helper()                          {}
func (w *witness) Fatalf(format string, a ...any) { w.said = fmt.Sprintf(format, a...); panic(w) }

func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		Until(t, "two seconds are over", func() bool { return time.Since(began) >= 2*time.Second })
		if took := time.Since(began); took > 2*time.Second+16*time.Millisecond {
			t.Errorf("it was seen after %v", took)
		}
	})
}

func TestInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{}
		began := time.Now()
		func() {
			defer func() { _ = recover() }()
			Until(w, "pigs fly", func() bool { return false })
		}()
		if took := time.Since(began); took < limit || took > limit+time.Second || w.said != "waited 1m0s in vain: pigs fly" {
			t.Errorf("after %v: %q", took, w.said)
		}
	})
}
