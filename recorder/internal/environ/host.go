package environ

import (
	"os"
	"os/user"
	"runtime"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Host describes this machine. In a container that may use less of it, the
// processors and the memory are those of the container.
func Host() record.Host {
	name, _ := os.Hostname()
	model, memory := hardware()
	cpus, limit := containerLimits()
	host := record.Host{Name: name, OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), CPU: model, Memory: memory}
	if cpus > 0 {
		host.CPUs = min(host.CPUs, cpus)
	}
	if limit > 0 && (memory == 0 || limit < memory) {
		host.Memory = limit
	}
	return host
}

// User is the name of who runs this process.
func User() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
