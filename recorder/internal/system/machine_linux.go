package system

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// machine is what all processes share.
type machine struct {
	proc, sys string
	gpus      gpus
}

func newMachine(proc, sys string) *machine { return &machine{proc: proc, sys: sys} }

// read adds the machine's figures.
func (m *machine) read(r reading) {
	if used, ok := m.memory(); ok {
		r.levels["machine/memory"] = used
	}
	if received, sent, ok := m.network(); ok {
		r.counters["network/received"], r.counters["network/sent"] = received, sent
	}
	if m.gpus == nil {
		m.gpus = findGPUs(m.sys)
	}
	for _, gpu := range m.gpus.read() {
		r.levels[fmt.Sprintf("gpu/%d/utilization", gpu.number)] = gpu.utilization
		r.levels[fmt.Sprintf("gpu/%d/memory", gpu.number)] = gpu.memory
	}
}

func (m *machine) close() {
	if m.gpus != nil {
		m.gpus.close()
	}
}

// memory is how many bytes are in use: what no program could get.
func (m *machine) memory() (used float64, ok bool) {
	var total, available float64
	for line := range bytes.Lines(readFile(filepath.Join(m.proc, "meminfo"))) {
		name, rest, _ := strings.Cut(string(line), ":")
		var kilobytes float64
		fmt.Sscan(rest, &kilobytes)
		switch name {
		case "MemTotal":
			total = kilobytes * 1024
		case "MemAvailable":
			available, ok = kilobytes*1024, true
		}
		if total > 0 && ok {
			break
		}
	}
	return total - available, ok && total > 0
}

// network counts the bytes of all devices. Where there are real ones, virtual
// ones do not count: their bytes go through a real one too, or nowhere.
func (m *machine) network() (received, sent float64, ok bool) {
	var real, virtual [2]float64
	anyReal := false
	for line := range bytes.Lines(readFile(filepath.Join(m.proc, "net", "dev"))) {
		name, rest, found := strings.Cut(strings.TrimSpace(string(line)), ":")
		fields := strings.Fields(rest)
		if !found || name == "lo" || len(fields) < 9 {
			continue
		}
		sum := &virtual
		if _, err := os.Stat(filepath.Join(m.sys, "class", "net", name, "device")); err == nil {
			sum, anyReal = &real, true
		}
		for i, field := range []string{fields[0], fields[8]} {
			n, _ := strconv.ParseFloat(field, 64)
			sum[i] += n
		}
		ok = true
	}
	if anyReal {
		return real[0], real[1], ok
	}
	return virtual[0], virtual[1], ok
}
