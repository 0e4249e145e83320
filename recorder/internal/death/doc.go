// Package death watches a process that is not a child of this one, and tells
// how it ended: its exit code or the signal that killed it. It promises that
// what it tells is true of that process and of no later one with the same id,
// and that it tells nothing where the system does not: Linux does since 6.15,
// before that while nobody has waited for the process, and others never do.
package death
