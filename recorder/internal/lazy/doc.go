// Package lazy holds regular expressions that are compiled when they are first
// used. To compile those of the recorder takes a millisecond and more, which
// each program that it is linked into would pay at its start, and few of them
// are ever used.
package lazy
