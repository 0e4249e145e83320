package journal

import "os"

// World is where a process runs, as far as it decides who can tell that the
// process is dead.
type World struct {
	Host         string
	MachineID    string
	BootID       string
	PIDNamespace string
}

// Here is the world of this process. Unknown parts are empty.
func Here() World {
	host, _ := os.Hostname()
	return World{Host: host, MachineID: MachineID(), BootID: BootID(), PIDNamespace: PIDNamespace()}
}

// Holds says whether the process that wrote h ran on this machine, since its
// last boot, in this pid namespace. Only then does a lock that nobody holds
// mean that the process is dead. Where the system tells no boot id or
// namespace it is false.
func (w World) Holds(h Header) bool {
	if h.BootID == "" || h.PIDNamespace == "" {
		return false
	}
	return h.MachineID == w.MachineID && h.BootID == w.BootID && h.PIDNamespace == w.PIDNamespace
}

// Earlier says whether h seems to come from an earlier boot of this machine.
// Both the machine's id and its name must be known and the same: ids are
// copied with images of disks, names are given twice, both together seldom.
func (w World) Earlier(h Header) bool {
	return h.MachineID != "" && h.MachineID == w.MachineID && h.Host != "" && h.Host == w.Host &&
		h.BootID != "" && w.BootID != "" && h.BootID != w.BootID
}

// SameWorld is Here().Holds(h).
func SameWorld(h Header) bool { return Here().Holds(h) }

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

// ProcessStart is when a process of this world started, as a header has it; 0
// where that is not known, or the process is dead.
func ProcessStart(pid int) uint64 { return processStart(pid) }

// PIDAlive says whether the process with an id of the world of h lives. It is
// known only in that world.
func PIDAlive(h Header, pid int) (alive, known bool) {
	if !SameWorld(h) {
		return false, false
	}
	return processStart(pid) != 0, true
}
