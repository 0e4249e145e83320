//go:build unix

package divert

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Start starts the helper, the program at path with the job as the last of its
// arguments. It comes up while the caller goes on; then [Diversion.Ready] is
// to be called.
func Start(path string, args []string, job Job) (*Diversion, error) {
	d, err := open()
	if err != nil {
		return nil, err
	}
	if err := d.start(path, args, job); err != nil {
		return nil, errors.Join(fmt.Errorf("start its helper: %w", err), d.close())
	}
	return d, nil
}

func (d *Diversion) start(path string, args []string, job Job) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	theirCommands, commands, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirCommands.Close()
	d.commands = commands
	answers, theirAnswers, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirAnswers.Close()
	d.answers = answers
	own := ownProcess()
	if own >= 0 {
		defer unix.Close(own)
	}
	nothing := descriptor(null)
	files := []int{nothing, nothing, nothing, descriptor(theirCommands), descriptor(theirAnswers), own}
	if own < 0 {
		files[ProcessFD] = nothing
	}
	job.Version, job.PID = Version, os.Getpid()
	for _, p := range d.pipes {
		for i, fd := range p.fds {
			files[fd] = p.saved[i]
		}
		job.Streams = append(job.Streams, Stream{FD: p.fds[0]})
		files = append(files, descriptor(p.read))
	}
	args = append(append([]string{path}, args...), job.Argument())
	d.pipes[0].reader, err = Spawn(path, args, files)
	return err
}

// Spawn starts a program in a session of its own, out of reach of the keys of
// the terminal and of signals to this one's group. The descriptors are its own
// 0, 1 and so on. Package os would change their mode, which others share.
func Spawn(path string, args []string, files []int) (*os.Process, error) {
	attr := &syscall.ProcAttr{Env: os.Environ(), Sys: &syscall.SysProcAttr{Setsid: true}}
	for _, fd := range files {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	pid, err := syscall.ForkExec(path, args, attr)
	if err != nil {
		return nil, err
	}
	return os.FindProcess(pid)
}

// Ready waits until the helper can take over, at most for timeout.
func (d *Diversion) Ready(timeout time.Duration) error {
	if d.tees {
		return nil
	}
	err := d.expect(Ready, timeout)
	if errors.Is(err, errSlow) {
		return errors.New("its helper does not answer")
	}
	return err
}
