//go:build unix

package recorder

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// processCommand is the command line of a process and the file that it runs, as
// far as the system tells.
func processCommand(pid int) (args []string, path string) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	data = bytes.TrimSuffix(data, []byte{0})
	if err != nil || len(data) == 0 {
		return []string{fmt.Sprintf("process %d", pid)}, ""
	}
	path, err = os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil || strings.HasSuffix(path, " (deleted)") {
		path = ""
	}
	return strings.Split(string(data), "\x00"), path
}

// processExists reports whether a process has this id.
func processExists(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || err == syscall.EPERM
}
