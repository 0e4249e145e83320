//go:build !linux

package journal

import "time"

// BootTime is zero: this system is not asked.
func BootTime() time.Time { return time.Time{} }

// OnOwnDisk is false: this system is not asked.
func OnOwnDisk(string) bool { return false }
