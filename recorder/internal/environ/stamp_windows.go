package environ

import (
	"fmt"
	"os"
)

// stampOf changes with a file's content: its size and time; empty where there
// is no regular file.
func stampOf(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano())
}
