package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// MachineID tells this installation from others, "" where it has no id. It is
// derived from the id that systemd or D-Bus gave it, and not that id itself,
// which machine-id(5) asks to keep confidential: runs are shared.
func MachineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if id := firstLine(path); id != "" {
			mac := hmac.New(sha256.New, []byte(id))
			mac.Write([]byte("exprec machine id"))
			return hex.EncodeToString(mac.Sum(nil)[:16])
		}
	}
	return ""
}

// BootID is the kernel's random id of this boot.
func BootID() string { return firstLine("/proc/sys/kernel/random/boot_id") }

// PIDNamespace names the namespace in which this process has its pid.
func PIDNamespace() string {
	name, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return name
}

// processStart is when a process started, in clock ticks since the boot, as
// proc(5) tells in field 22 of its stat file; 0 when it is dead, also while
// nobody has waited for it.
func processStart(pid int) uint64 {
	line := firstLine(fmt.Sprintf("/proc/%d/stat", pid))
	// Field 2, the name, is in parentheses and may hold any byte.
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return 0
	}
	start, err := strconv.ParseUint(fields[19], 10, 64)
	if err != nil {
		return 0
	}
	return start
}

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}
