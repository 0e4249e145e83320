//go:build !unix

package recorder

// ours is true: this system's owners are not looked at.
func ours(string) bool { return true }
