//go:build !linux

package death

import (
	"context"
	"errors"
)

// Process is a process that is watched.
type Process struct{}

// Open fails: the end of a process that is no child cannot be seen here.
func Open(int) (*Process, error) { return nil, errors.ErrUnsupported }

// Inherit finds none.
func Inherit(int, int) (*Process, bool) { return nil, false }

// Close does nothing.
func (p *Process) Close() error { return nil }

// Wait fails.
func (p *Process) Wait(context.Context) (End, error) { return End{}, errors.ErrUnsupported }

// End is not known.
func (p *Process) End() End { return End{} }
