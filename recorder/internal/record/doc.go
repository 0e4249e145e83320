// Package record knows the written form of a run: how each file in its tree is
// encoded and decoded, how notes of many clones become one, and how a name
// becomes a path segment. recorder/FORMAT.md says the same byte by byte.
//
// It promises that equal content gives equal bytes, that decoding hostile
// input takes time and memory in proportion to its length, and that what a
// later minor version added is kept. It knows nothing about git, disks,
// clocks or processes.
package record
