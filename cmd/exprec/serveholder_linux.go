package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// listening is the state of a socket that listens, in /proc/net/tcp.
const listening = "0A"

// holder says who listens on a port of this machine, as far as this user may
// know.
func holder(port int) string {
	sockets := socketsOf(port)
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || !sockets[target] {
			continue
		}
		process := filepath.Dir(filepath.Dir(link))
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil {
			continue
		}
		return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), filepath.Base(process))
	}
	return anotherProgram
}

// socketsOf are the sockets that listen on a port, as links of /proc name them.
func socketsOf(port int) map[string]bool {
	found := map[string]bool{}
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		suffix := fmt.Sprintf(":%04X", port)
		for lines := bufio.NewScanner(f); lines.Scan(); {
			// sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
			words := strings.Fields(lines.Text())
			if len(words) > 9 && strings.HasSuffix(words[1], suffix) && words[3] == listening {
				found["socket:["+words[9]+"]"] = true
			}
		}
		f.Close()
	}
	return found
}
