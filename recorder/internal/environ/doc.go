// Package environ finds out what a program ran on and with: the host and its
// GPUs, the program's file, the interpreter that runs a script, the packages
// that are installed for it, and the variables of the environment that matter.
//
// It promises to read little and to hurt nobody: it opens regular files only,
// bounded ones, and where it has to ask a program (an interpreter for its
// version, the driver for its GPUs) it starts it without the user's code, with
// a clean environment and a deadline. It knows nothing of runs, journals and
// git. What cannot be found out is empty, never an error: a record without it
// is better than none.
package environ
