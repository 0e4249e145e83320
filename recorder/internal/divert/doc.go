// Package divert sends what this process prints through pipes that another
// process reads: one that outlives it, passes everything on to where it would
// have gone, and sees the last words.
//
// A [Diversion] is the side of the program. It takes file descriptors 1 and 2
// only when the other process is ready, and takes them back when it ends or
// when the other process dies; bytes that are in a pipe then are passed on. A
// [Relay] is the side of the other process. On Linux bytes leave the pipe in
// the same system call that passes them on, so that a relay that is killed
// loses nothing and doubles nothing; files that are open for appending, and
// other systems, have a window of one write.
//
// Where both descriptors are one file or terminal they share one pipe, and
// their order is kept.
//
// The package knows nothing of runs and records.
package divert
