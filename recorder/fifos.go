package recorder

import (
	"io/fs"
	"os"
	"path/filepath"
)

// The FIFOs in the folder of a run that has a supervisor.
const (
	controlName = "control" // for words to the supervisor
	stdoutName  = "stdout"  // for what the program prints
	stderrName  = "stderr"  // the same; a link to stdout where both go to one place
)

// fifoNames are all of them.
var fifoNames = []string{controlName, stdoutName, stderrName}

// removeFIFOs removes the FIFOs of a run whose supervisor needs them no more,
// or has died: control last, for which a program waits.
func removeFIFOs(folder string) {
	for i := len(fifoNames) - 1; i >= 0; i-- {
		name := filepath.Join(folder, fifoNames[i])
		info, err := os.Lstat(name)
		if err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeSymlink) != 0 {
			os.Remove(name)
		}
	}
}
