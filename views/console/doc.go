// Package console shows what a program printed for a terminal as lines of HTML:
// progress bars overwrite themselves, colours are classes, and nothing that was
// printed becomes markup, a script, or a hidden turn of direction.
//
// A [Screen] is fed the bytes of up to two streams in any pieces and holds the
// lines that the cursor can still reach; lines that it cannot reach any more are
// final. An [Index] is fed the same bytes much faster and knows where to begin
// when some lines of a long output are wanted.
//
// The screen has no right edge and no fixed height: lines are never wrapped, and
// clearing it keeps what was there above. The package knows bytes only.
package console
