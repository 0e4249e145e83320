//go:build !unix

package gitstore

import "os"

func umask() os.FileMode { return 0o022 }

func isNotDir(error) bool { return false }
