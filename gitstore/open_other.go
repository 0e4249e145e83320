//go:build !unix

package gitstore

// Flags of opening a file that this system does not have.
const (
	openNoFollow = 0
	openNoWait   = 0
)
