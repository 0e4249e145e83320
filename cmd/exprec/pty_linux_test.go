package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// ptyMain runs a command on a terminal of 100 columns and copies what it
// shows; its standard input is typed. It exits as the command does.
//
//	pty COMMAND ARG…
func ptyMain() {
	terminal, end, err := openPTY()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pty:", err)
		os.Exit(99)
	}
	c := exec.Command(os.Args[1], os.Args[2:]...)
	c.Stdin, c.Stdout, c.Stderr = end, end, end
	if err := c.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "pty:", err)
		os.Exit(99)
	}
	end.Close()
	go io.Copy(terminal, os.Stdin)
	io.Copy(os.Stdout, terminal) // ends with EIO when the command has ended
	err = c.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
}

// openPTY gives both ends of a new terminal that passes output on as it is.
func openPTY() (terminal, end *os.File, err error) {
	terminal, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(terminal.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	end, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	size := &unix.Winsize{Row: 50, Col: 100}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size); err != nil {
		return nil, nil, err
	}
	mode, err := unix.IoctlGetTermios(int(end.Fd()), unix.TCGETS)
	if err != nil {
		return nil, nil, err
	}
	mode.Oflag &^= unix.OPOST
	mode.Lflag &^= unix.ECHO
	return terminal, end, unix.IoctlSetTermios(int(end.Fd()), unix.TCSETS, mode)
}

// closedMain runs a command whose standard output nobody reads.
//
//	closed COMMAND ARG…
func closedMain() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	r.Close()
	c := exec.Command(os.Args[1], os.Args[2:]...)
	c.Stdout, c.Stderr = w, os.Stderr
	err = c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
}

// asMain runs a command as the user nobody, with a home of its own.
//
//	as COMMAND ARG…
func asMain() {
	const nobody = 65534
	path, err := exec.LookPath(os.Args[1])
	if err != nil {
		panic(err)
	}
	// Commands of the test binary lie in a folder that is root's alone.
	bin := filepath.Dir(path)
	for _, dir := range []string{filepath.Dir(bin), bin} {
		if err := os.Chmod(dir, 0o755); err != nil {
			panic(err)
		}
	}
	home, err := os.MkdirTemp("", "nobody")
	if err != nil {
		panic(err)
	}
	if err := os.Chown(home, nobody, nobody); err != nil {
		panic(err)
	}
	c := exec.Command(path, os.Args[2:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), "HOME="+home)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	err = c.Run()
	os.RemoveAll(home)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	} else if err != nil {
		panic(err)
	}
}
