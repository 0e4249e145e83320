// Command exprec lists, shows, compares, verifies and brings back the runs
// that programs recorded with package recorder.
//
// Every command is one file: its options, its constructor, its run function.
// Whatever the project holds is taken as hostile and reaches a terminal
// through one place only, the sanitizer of terminal.go.
package main
