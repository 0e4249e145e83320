package divert

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A drain is answered whenever it is asked for, also just when bytes come, and
// while somebody keeps the pipe open.
func TestDrainIsAnswered(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	kept := 0
	r, err := NewRelay(pipe[0], descriptor(null), func(data []byte) { kept += len(data) })
	if err != nil {
		t.Fatal(err)
	}
	go r.Run()
	const rounds = 3000
	for round := range rounds {
		if _, err := unix.Write(pipe[1], []byte("word\n")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-r.Drained():
		case <-time.After(30 * time.Second):
			t.Fatalf("no answer in round %d", round)
		}
	}
	unix.Close(pipe[1])
	<-r.Ended()
	if kept != 5*rounds {
		t.Errorf("%d bytes were kept, want %d", kept, 5*rounds)
	}
}
