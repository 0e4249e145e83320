// Package jsonl reads and writes journals of JSON Lines, which programs in
// other languages append to: the part "Other languages" of recorder/FORMAT.md
// describes them. A [Reader] gives the frames that a journal of package journal
// would hold.
//
// It promises:
//   - A line that cannot be read costs itself and nothing else. A last line
//     without its end is not there yet.
//   - What is read is bounded: in the length of a line, in its depth, and in how
//     many values it has. Nothing in a line leads to a path outside of the run.
//   - Reading a file that grows gives each line once, when it is whole.
//
// It knows nothing about git and nothing about secrets.
package jsonl
