// Package journal keeps what a running program logs, in a file that outlives
// the program: one file per process, appended to by a [Writer] and read, also
// while it grows, by a [Reader] in any process. The part "Journal" of
// recorder/FORMAT.md describes the file byte by byte.
//
// It promises:
//   - A frame whose call has returned survives SIGKILL of the program.
//   - What [Writer.Sync] acknowledged with nil survives power loss.
//   - Valid data is one contiguous prefix of what was appended. A reader never
//     sees half a frame and never a value that was not appended: each frame
//     carries a checksum over its content, its place and its file.
//   - Nothing that happens to the disk or the file (full, deleted, truncated)
//     stops the program or panics in it: frames that found no room are counted
//     and the first error is kept.
//
// [Lock] says whether a run's processes live, and who may seal it. [SameWorld]
// says whether this process can tell.
//
// It knows nothing about git, about what the payloads of frames mean, and
// about how a run ends.
package journal
