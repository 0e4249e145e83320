// Package index keeps what lists of runs need in columns, so that a question
// about many runs reads the columns it is about and no git object. A table is
// made of rows at once and never changed; written to a file it is a cache that
// may be deleted at any time.
//
// A row is named by the run and the commit that it was read from, and holds
// nothing that does not follow from that commit: a row that is found is right,
// wherever the file comes from. Every column has a checksum of its own, read
// before anything in it is believed; a file that is cut, damaged, of another
// version or made up is an error, never a wrong row and never a panic.
//
// The package knows neither git nor queries.
package index
