// Package syntax knows the languages that source is written in, for colouring.
//
// Chroma's own list of languages is read when a program starts, all of it, which
// takes a multiple of what else a command needs to begin. Here are the languages
// that experiments are written in, and they are read when the first text is
// shown. The files in languages are chroma's, see the LICENSE there.
//
// The package knows texts and their names, and nothing of runs or pages.
package syntax
