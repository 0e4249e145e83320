// Package arguments reads parameters off a command line: which of its words
// are the program's own, and what --lr 0.1, --lr=0.1, lr=0.1 and --verbose say.
//
// A command line does not say which of its options take a value. An option
// takes the next word, unless that is an option itself; --verbose data.csv is
// read as a value. The last value of a name counts.
//
// The package promises a guess that is right for the usual forms. It starts
// nothing and knows nothing of runs.
package arguments
