package capture

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/exprec/exprec/internal/poll"
)

// On a full disk the sink goes on, counts what it lost, takes up again when
// there is room, and says so at the end.
func TestSinkOnFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatalf("mount a small file system (this needs root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	fill := filepath.Join(dir, "fill")
	if err := os.WriteFile(fill, make([]byte, 800<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "output")
	s, err := OpenSink(out, DefaultLimit, nil)
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	write := func(c byte, n int) {
		s.Write(Stdout, bytes.Repeat([]byte{c}, n))
		size += int64(n)
	}
	for range 100 {
		write('a', 10<<10)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	kept := int64(0)
	poll.Until(t, "something is kept where there is room again", func() bool {
		write('b', 1)
		text, _ := read(t, out, Stdout)
		before := kept
		kept = text.Size - text.Cut
		return before > 0 && kept > before
	})
	write('c', 1000)
	if err := s.Close(); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "of the program's stdout could not be kept") {
		t.Errorf("Close gave %v", err)
	}
	text, data := read(t, out, Stdout)
	if text.Size != size || text.Cut == 0 {
		t.Errorf("text %+v, %d bytes were written", text, size)
	}
	if !bytes.HasPrefix(data, []byte("aaa")) || !bytes.HasSuffix(data, bytes.Repeat([]byte("c"), 1000)) || !bytes.Contains(data, []byte("left out here]\nb")) {
		t.Errorf("the text is %d bytes, its end is %.40q", len(data), data[max(0, len(data)-1040):])
	}
}

// Where the disk stays full the end says how long the stream was.
func TestSinkLosesTheEnd(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Fatalf("mount a small file system (this needs root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	s, err := OpenSink(dir, DefaultLimit, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Write(Stderr, make([]byte, 1<<20))
	s.Write(Stderr, []byte("last words"))
	if got := string(s.Tail(Stderr, 10)); got != "last words" {
		t.Errorf("tail %q", got)
	}
	if err := s.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close gave %v", err)
	}
	if text, _ := read(t, dir, Stderr); text.Size != 1<<20+10 || text.Size-text.Cut != text.CutAt {
		t.Errorf("text %+v", text)
	}
}
