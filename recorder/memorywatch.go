package recorder

// memoryWatch tells whether the kernel killed a process for want of memory
// while it watched.
type memoryWatch struct{ counters []killCounter }

// killCounter is a file that counts such kills.
type killCounter struct {
	path   string
	before uint64
}
