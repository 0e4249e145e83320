package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// firstCollection is how large the heap is when its garbage is collected for the
// first time, in percent of the runtime's least heap of 4 MiB.
const firstCollection = 800

// collectLate has the first collection of garbage wait. A command that lists or
// shows something has ended before its heap has that size, mostly, and would
// spend a seventh of its time on garbage that nobody needs to be rid of. From
// then on garbage is collected as ever. A person's GOGC is obeyed.
func collectLate() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(firstCollection)
	if usual == firstCollection {
		return // it waits already
	}
	// What nobody uses is noticed by the first collection.
	runtime.AddCleanup(&struct{ next *int }{}, func(percent int) { debug.SetGCPercent(percent) }, usual)
}
