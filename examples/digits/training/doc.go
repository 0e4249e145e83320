// Package training trains a small neural network to read handwritten digits
// and records what happens while it does.
//
// It is the body of the digits example: [Train] holds every call to the
// recorder, the other files hold an ordinary training program in plain Go.
// Equal settings give equal numbers on the same kind of processor.
package training
