//go:build unix

package recorder

import (
	"os"
	"syscall"
)

// ours reports whether a folder belongs to the user of this process. What
// another user recorded is for that user to finish, also before root: what
// root writes into it, its owner could not change any more.
func ours(folder string) bool {
	info, err := os.Stat(folder)
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}
