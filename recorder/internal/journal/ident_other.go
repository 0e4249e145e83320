//go:build !linux

package journal

// MachineID is "": this system is not known to tell one.
func MachineID() string { return "" }

// BootID is "": this system is not known to tell one.
func BootID() string { return "" }

// PIDNamespace is "": this system has no pid namespaces.
func PIDNamespace() string { return "" }

func processStart(int) uint64 { return 0 }
