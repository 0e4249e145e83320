package environ

import (
	"context"
	"encoding/csv"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// maxGPUs bounds how many are listed.
const maxGPUs = 256

// knownGPUs are the GPUs that were found before, on a machine that was the same.
type knownGPUs struct {
	Machine string `json:"machine,omitempty"`
	GPUs    []gpu  `json:"gpus,omitempty"`
}

type gpu struct {
	Name   string `json:"name"`
	Memory uint64 `json:"memory"`
	Driver string `json:"driver"`
}

// GPUs are the graphics processors of this machine. NVIDIA's tool, which can
// take seconds, is asked once a boot: machine names this machine and its boot.
func GPUs(ctx context.Context, machine string, cache *Cache) []record.GPU {
	tool, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return append(nvidiaGPUs("/proc/driver/nvidia"), amdGPUs("/sys")...)
	}
	machine += " " + strings.Join(nvidiaDevices(), " ")
	found := cache.knownGPUs(machine)
	if found == nil {
		found = askNVIDIA(ctx, tool)
		cache.keepGPUs(machine, found)
	}
	if found == nil {
		found = nvidiaGPUs("/proc/driver/nvidia")
	}
	return append(found, amdGPUs("/sys")...)
}

// askNVIDIA asks nvidia-smi.
func askNVIDIA(ctx context.Context, tool string) []record.GPU {
	env := []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH"), "LD_LIBRARY_PATH=" + os.Getenv("LD_LIBRARY_PATH")}
	return parseNVIDIA(run(ctx, env, tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"))
}

// parseNVIDIA reads lines "name, memory in MiB, driver".
func parseNVIDIA(text string) []record.GPU {
	lines := csv.NewReader(strings.NewReader(text))
	lines.TrimLeadingSpace, lines.FieldsPerRecord, lines.LazyQuotes = true, -1, true
	fields, _ := lines.ReadAll()
	var found []record.GPU
	for _, f := range fields {
		if len(f) != 3 || len(found) == maxGPUs {
			continue
		}
		megabytes, _ := strconv.ParseUint(f[1], 10, 32)
		found = append(found, record.GPU{Name: bounded(f[0]), Memory: megabytes << 20, Driver: bounded(f[2])})
	}
	return found
}

// nvidiaDevices are the GPUs that this process may use: containers share a
// boot and not their GPUs.
func nvidiaDevices() []string {
	names := folderNames("/dev")
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, "nvidia") })
}

func (c *Cache) knownGPUs(machine string) []record.GPU {
	known := c.read().GPUs
	if known.Machine != machine {
		return nil
	}
	var found []record.GPU
	for _, g := range known.GPUs[:min(len(known.GPUs), maxGPUs)] {
		found = append(found, record.GPU{Name: g.Name, Memory: g.Memory, Driver: g.Driver})
	}
	return found
}

func (c *Cache) keepGPUs(machine string, found []record.GPU) {
	if c == nil || len(found) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	content := c.read()
	content.GPUs = knownGPUs{Machine: machine}
	for _, g := range found {
		content.GPUs.GPUs = append(content.GPUs.GPUs, gpu{g.Name, g.Memory, g.Driver})
	}
	c.write(content)
}
