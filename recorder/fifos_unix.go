//go:build unix

package recorder

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/exprec/exprec/recorder/internal/divert"
)

// fifos are those of a run, open for reading.
type fifos struct {
	folder  string
	control *os.File
	streams []fifo
}

// fifo is that of a stream. As long as write is open the pipe does not end,
// whether or not the program has opened it.
type fifo struct{ fd, read, write int }

// makeFIFOs makes the FIFOs of a run. They are open, so that the program opens
// them without waiting.
func makeFIFOs(folder string, output bool) (f fifos, err error) {
	f.folder = folder
	control := filepath.Join(folder, controlName)
	if err := unix.Mkfifo(control, 0o600); err != nil {
		return f, fmt.Errorf("make %s: %w", control, err)
	}
	if f.control, err = os.OpenFile(control, os.O_RDWR|syscall.O_NONBLOCK, 0); err != nil || !output {
		return f, err
	}
	if err := f.stream(1, filepath.Join(folder, stdoutName)); err != nil {
		return f, err
	}
	stderr := filepath.Join(folder, stderrName)
	if divert.Shared() {
		return f, os.Symlink(stdoutName, stderr)
	}
	return f, f.stream(2, stderr)
}

func (f *fifos) stream(fd int, name string) error {
	if err := unix.Mkfifo(name, 0o600); err != nil {
		return fmt.Errorf("make %s: %w", name, err)
	}
	read, err := unix.Open(name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	write, err := unix.Open(name, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	f.streams = append(f.streams, fifo{fd: fd, read: read, write: write})
	return nil
}

// letGo has the pipes end when the program and its children have closed them.
func (f *fifos) letGo() {
	for i, s := range f.streams {
		if s.write >= 0 {
			unix.Close(s.write)
			f.streams[i].write = -1
		}
	}
}

// remove removes the FIFOs. Who has them open goes on using them.
func (f *fifos) remove() {
	if f.folder != "" {
		removeFIFOs(f.folder)
	}
}

// command is a line that was written to control.
type command struct {
	finish bool
	exit   *int // the exit code that the program is about to end with
}

// readControl hands on what is written to control. Words that it does not know
// are those of a later version, and passed over.
func (f *fifos) readControl(to chan<- command) {
	lines := bufio.NewReaderSize(f.control, 4096)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return
		}
		words := strings.Fields(string(line))
		if len(words) == 0 || words[0] != "finish" {
			continue
		}
		c := command{finish: true}
		if len(words) > 1 {
			if code, err := strconv.Atoi(words[1]); err == nil {
				c.exit = &code
			}
		}
		to <- c
	}
}
