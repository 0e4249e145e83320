// Package failure reads the last words of a program, whatever it is written
// in: what kind of error ended it, what it said and where it was. It promises
// that nothing it returns is larger than its bounds, is invalid UTF-8, or
// moves a terminal's cursor, whatever the program printed. What it does not
// know it leaves at the last line. It knows nothing of runs and processes.
package failure
