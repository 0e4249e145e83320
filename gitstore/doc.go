// Package gitstore keeps trees of files durably under refs of a git
// repository.
//
// It promises that a commit is there whole or not at all, whatever happens
// while it is written; that nothing else in the repository changes; and that
// what it reads is what the object's hash stands for, in bounded memory,
// however hostile the repository is. Reading and committing run no process and
// need no git binary. To remove or measure objects, and to put packs and refs
// together, the user's own git is run.
//
// It knows git and nothing about experiments.
package gitstore
