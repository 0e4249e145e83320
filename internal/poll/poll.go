// Package poll lets tests wait for what comes in its own time.
package poll

import "time"

// limit is long enough for a machine that does much else beside.
const limit = time.Minute

// TB is what a wait needs of a test.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Until waits until something is so, and fails the test where it never is. It
// looks often at first, and then seldom enough to leave the processor to others.
func Until(t TB, what string, is func() bool) {
	t.Helper()
	began := time.Now()
	for pause := time.Millisecond; !is(); pause = min(2*pause, 16*time.Millisecond) {
		if time.Since(began) > limit {
			t.Fatalf("waited %v in vain: %s", limit, what)
		}
		time.Sleep(pause)
	}
}
