// Package capture keeps what a program prints, bounded: the beginning and the
// end of each stream.
//
// A [Sink] writes each stream to the disk as it comes, without a buffer, so
// that nothing that was written is lost when its process is killed. The first
// half of the limit is the file stdout.txt or stderr.txt; what follows goes
// into pieces of a quarter each, named by the place in the stream where they
// begin, of which the last two are kept. [Stored] puts them together again
// from the names alone.
//
// A full disk costs output and nothing else: a Sink never fails its caller. It
// goes on when there is room again, and says at the end what was lost.
//
// The package knows nothing of runs, journals, pipes or processes.
package capture
