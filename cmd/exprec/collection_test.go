package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/exprec/exprec/internal/poll"
)

func TestGarbageIsCollectedAsEverAfterTheFirstTime(t *testing.T) {
	t.Setenv("GOGC", "")
	usual := debug.SetGCPercent(100)
	defer debug.SetGCPercent(usual)
	percent := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	collectLate()
	collectLate()
	if got := percent(); got != firstCollection {
		t.Fatalf("the first collection is at %d %%", got)
	}
	poll.Until(t, "a collection brings it to 100 %", func() bool {
		runtime.GC()
		return percent() == 100
	})
	t.Setenv("GOGC", "50")
	if collectLate(); percent() != 100 {
		t.Error("GOGC is not obeyed")
	}
}
