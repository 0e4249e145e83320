// Package recorder records experiments so that runs can be compared and their
// results reproduced. Two lines are the whole set-up:
//
//	exp := recorder.Start(recorder.Options{})
//	defer exp.Finish()
//
// A run's source, parameters, scalars, images and files become one git commit
// on refs/exprec/<uuid>, in the repository the program runs in, or in a
// private store below .exprec where there is none.
//
// # What it promises
//
// A logging call that has returned survives the death of the process. What
// [Experiment.Sync] or [Experiment.Finish] acknowledged survives power loss.
// After any crash a run is absent or a valid prefix of what was logged. Nothing
// in the user's repository changes but refs/exprec, objects, the exprec folder
// of its git directory and .exprec. The program that is recorded is never
// brought down, and its exit code never changes.
//
// A live run is never called lost: only who would see its process live calls it
// dead. Where a person seals it all the same, what the process logs from then on
// becomes a run that continues it. Dead runs are sealed by their owner's next
// command ([Project.RecoverWithin]), never by a program that records, and runs
// that were kept outside of a repository move into it when it can take them.
//
// Nothing that a run needs is removed but by [Project.Purge] and
// [PrunePlan.Apply], and a record never changes: what people say about a run
// later lies beside it.
//
// # The two sides
//
// [Start] and [Record] give an [Experiment], the live handle that records. [Open]
// gives a [Project], whose runs can be listed, read, compared, checked out and
// restored. FORMAT.md in this folder is the written form, byte by byte.
//
// The package knows nothing about terminals, HTML or networks.
package recorder
