package journal

import (
	"os"
	"strings"
)

// MachineID is the id that systemd or D-Bus gave this installation, "" where
// there is none.
func MachineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if id := firstLine(path); id != "" {
			return id
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

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}
