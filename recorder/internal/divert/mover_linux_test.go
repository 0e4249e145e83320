package divert

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Whatever the target is, all bytes of the pipe are kept, and all that the
// target takes arrive, in order.
func TestMoverTargets(t *testing.T) {
	file := func(flags int) func(*testing.T) (*os.File, func() []byte) {
		return func(t *testing.T) (*os.File, func() []byte) {
			name := filepath.Join(t.TempDir(), "file")
			f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|flags, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			return f, func() []byte { data, _ := os.ReadFile(name); return data }
		}
	}
	device := func(name string, flags int) func(*testing.T) (*os.File, func() []byte) {
		return func(t *testing.T) (*os.File, func() []byte) {
			f, err := os.OpenFile(name, flags, 0)
			if err != nil {
				t.Fatal(err)
			}
			return f, nil
		}
	}
	reading := func(t *testing.T, f *os.File) func() []byte {
		all := make(chan []byte)
		go func() { data, _ := io.ReadAll(f); all <- data }()
		return func() []byte { return <-all }
	}
	for name, open := range map[string]func(*testing.T) (*os.File, func() []byte){
		"file":      file(0),
		"append":    file(os.O_APPEND),
		"null":      device("/dev/null", os.O_WRONLY),
		"full":      device("/dev/full", os.O_WRONLY),
		"read only": device("/dev/null", os.O_RDONLY),
		"pipe": func(t *testing.T) (*os.File, func() []byte) {
			r, w, err := os.Pipe() // both ends are non-blocking
			if err != nil {
				t.Fatal(err)
			}
			return w, reading(t, r)
		},
		"broken pipe": func(t *testing.T) (*os.File, func() []byte) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
			return w, nil
		},
		"socket": func(t *testing.T) (*os.File, func() []byte) {
			ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			return os.NewFile(uintptr(ends[0]), "socket"), reading(t, os.NewFile(uintptr(ends[1]), "socket"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			target, arrived := open(t)
			m, err := newMover()
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(1, 2))
			var sent, kept []byte
			for range 500 {
				data := make([]byte, random.IntN(3000))
				for i := range data {
					data[i] = byte(random.Uint32())
				}
				sent = append(sent, data...)
			}
			go func() {
				for rest := sent; len(rest) > 0; {
					n, _ := w.Write(rest[:min(len(rest), 1+len(rest)%5000)])
					rest = rest[n:]
				}
				w.Close()
			}()
			from, to := descriptor(r), descriptor(target)
			for {
				wait([]unix.PollFd{{Fd: int32(from), Events: unix.POLLIN}}, -1)
				if m.move(from, to, func(data []byte) { kept = append(kept, data...) }) == 0 {
					break
				}
			}
			target.Close()
			if !bytes.Equal(kept, sent) {
				t.Errorf("%d bytes are kept, %d were sent", len(kept), len(sent))
			}
			if arrived != nil {
				if got := arrived(); !bytes.Equal(got, sent) {
					t.Errorf("%d bytes arrived, %d were sent", len(got), len(sent))
				}
			}
		})
	}
}

// What is no job is refused in words.
func TestParseJob(t *testing.T) {
	good := Job{Version: Version, PID: 7, Streams: []Stream{{FD: 2}}, Run: "r", Folder: "/f", Limit: 3, Quiet: true}
	if got, err := ParseJob([]string{good.Argument()}); err != nil || len(got.Streams) != 1 || got.Limit != 3 || !got.Quiet {
		t.Errorf("%+v, %v", got, err)
	}
	newer, other := good, good
	newer.Version++
	other.Streams = []Stream{{FD: 0}}
	for _, args := range [][]string{nil, {"a", "b"}, {"{"}, {newer.Argument()}, {other.Argument()}} {
		if _, err := ParseJob(args); err == nil {
			t.Errorf("%q is a job", args)
		}
	}
}
