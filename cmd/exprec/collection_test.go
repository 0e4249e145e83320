package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
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
	for limit := time.Now().Add(30 * time.Second); percent() != 100; runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatalf("it is at %d %% after a collection", percent())
		}
		runtime.GC()
	}
	t.Setenv("GOGC", "50")
	if collectLate(); percent() != 100 {
		t.Error("GOGC is not obeyed")
	}
}
