// Package gitstoretest makes git repositories for tests, also hostile ones, and
// tells whether anything of a user's repository was changed.
//
// It runs the git binary and knows nothing of gitstore, so that it is an
// independent witness.
package gitstoretest
