package journal

// SameWorld says whether the process that wrote h ran on this machine, since
// its last boot, in this pid namespace. Only then does a lock that nobody
// holds mean that the process is dead, and only then may its run be called
// lost. Where the system tells no boot id or namespace it is false.
func SameWorld(h Header) bool {
	if h.BootID == "" || h.PIDNamespace == "" {
		return false
	}
	return h.MachineID == MachineID() && h.BootID == BootID() && h.PIDNamespace == PIDNamespace()
}

// ProcessAlive says whether the process that wrote h still lives, where no
// lock can tell: where the file system has none. It is known only in the same
// world; elsewhere known is false. A process that got the same id later is
// another one.
func ProcessAlive(h Header) (alive, known bool) {
	if !SameWorld(h) || h.ProcessStart == 0 {
		return false, false
	}
	return processStart(h.PID) == h.ProcessStart, true
}
