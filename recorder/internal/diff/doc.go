// Package diff finds what changed between two source trees and between two
// texts.
//
// It promises that equal subtrees are never read, that hostile trees and texts
// take bounded time and memory, and that what is left out is counted. It knows
// nothing about runs or repositories: objects come through [Objects].
package diff
