//go:build !unix

package divert

import (
	"errors"
	"time"
)

// Diversion is the program's side: there is none on this system.
type Diversion struct{}

var errSystem = errors.New("this system has no way to do it")

// Start fails.
func Start(string, []string, Job) (*Diversion, error) { return nil, errSystem }

// StartTee fails.
func StartTee(string, func(fd int) string) (*Diversion, error) { return nil, errSystem }

// Ready fails.
func (*Diversion) Ready(time.Duration) error { return errSystem }

// Take fails.
func (*Diversion) Take(func(error)) error { return errSystem }

// Write fails.
func (*Diversion) Write([]byte) (int, error) { return 0, errSystem }

// Finish fails.
func (*Diversion) Finish(time.Duration) error { return errSystem }

// Panicking fails.
func (*Diversion) Panicking() error { return errSystem }

// Readers are none.
func (*Diversion) Readers() []int { return nil }

// Drop does nothing.
func (*Diversion) Drop() {}
