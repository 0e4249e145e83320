// Package plot turns columns of numbers into what a chart needs, and knows
// nothing else: no run, no page, no request.
//
// The order of work is: put the points in order (Sorted), smooth all of them
// (Smooth), and only then thin them out for the width of a screen (Downsample,
// or a Pyramid where the same points are asked for again and again). Smoothing
// what was thinned out gives another curve. What is left goes to a browser as
// binary columns (AppendWire) or is drawn here as SVG (Chart, Sparkline), for
// readers without JavaScript and for print.
//
// Downsample is M4: the first, lowest, highest and last point of each column of
// pixels. A line through those lights exactly the pixels that a line through
// all points lights. It holds on a canvas that puts a point into the column
// below or equal to its place; on a canvas that rounds to the nearest column,
// as browsers' do, ask for twice as many columns as the canvas has.
//
// A y that is NaN or infinite is a gap: never a value, never bridged, never in
// the range of an axis.
package plot
