package environ

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// driverVersion is the version in /proc/driver/nvidia/version.
var driverVersion = regexp.MustCompile(`Kernel Module(?: for \S+)?\s+([0-9.]+)`)

// nvidiaGPUs reads what NVIDIA's driver shows in its folder of /proc: not the
// memory.
func nvidiaGPUs(dir string) []record.GPU {
	driver := ""
	if match := driverVersion.FindSubmatch(readProc(filepath.Join(dir, "version"), maxProc)); match != nil {
		driver = string(match[1])
	}
	var found []record.GPU
	for _, name := range folderNames(filepath.Join(dir, "gpus")) {
		model := headerField(readProc(filepath.Join(dir, "gpus", name, "information"), maxProc), "Model")
		if model != "" && len(found) < maxGPUs {
			found = append(found, record.GPU{Name: bounded(model), Driver: driver})
		}
	}
	return found
}

var cardName = regexp.MustCompile(`^card[0-9]+$`)

// amdGPUs reads what AMD's driver shows below /sys.
func amdGPUs(sys string) []record.GPU {
	var found []record.GPU
	for _, name := range folderNames(filepath.Join(sys, "class", "drm")) {
		device := filepath.Join(sys, "class", "drm", name, "device")
		value := func(file string) string {
			return string(bytes.TrimSpace(readProc(filepath.Join(device, file), maxProc)))
		}
		memory, err := strconv.ParseUint(value("mem_info_vram_total"), 10, 64)
		if !cardName.MatchString(name) || value("vendor") != "0x1002" || err != nil || len(found) == maxGPUs {
			continue
		}
		model := value("product_name")
		if model == "" {
			model = "AMD " + strings.TrimSpace("GPU "+value("device"))
		}
		driver := string(bytes.TrimSpace(readProc(filepath.Join(sys, "module", "amdgpu", "version"), maxProc)))
		found = append(found, record.GPU{Name: bounded(model), Memory: memory, Driver: bounded(driver)})
	}
	return found
}
