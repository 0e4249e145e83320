package system

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// gpu is what one graphics processor does.
type gpu struct {
	number      int
	utilization float64 // percent
	memory      float64 // bytes in use
}

// gpus reads the machine's graphics processors.
type gpus interface {
	read() []gpu
	close()
}

// findGPUs finds those of NVIDIA, by the program of its driver, else those of
// AMD, by the files of its driver.
func findGPUs(sys string) gpus {
	if n := startNvidia(); n != nil {
		return n
	}
	found, _ := filepath.Glob(filepath.Join(sys, "class", "drm", "card[0-9]*", "device", "gpu_busy_percent"))
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return amd(found)
}

// amd are the files that say how busy each one is.
type amd []string

func (a amd) read() []gpu {
	var found []gpu
	for i, file := range a {
		g := gpu{number: i}
		_, berr := fmt.Sscan(string(readFile(file)), &g.utilization)
		_, merr := fmt.Sscan(string(readFile(filepath.Join(filepath.Dir(file), "mem_info_vram_used"))), &g.memory)
		if berr == nil && merr == nil {
			found = append(found, g)
		}
	}
	return found
}

func (a amd) close() {}
