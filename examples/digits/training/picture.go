package training

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

const (
	cell    = 20 // pixels along one cell of the confusion matrix
	zoom    = 5  // how much larger a sample is drawn
	columns = 8  // mistakes in a row
	rows    = 4
)

var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{40, 40, 40, 255}
	right = color.RGBA{33, 102, 172, 255}
	wrong = color.RGBA{178, 24, 43, 255}
)

// Picture draws the confusion matrix: a row for each digit shown, a column for
// each digit read, the darker the more of that row's samples; the shade is the
// root of their share, so that a single mistake can be seen.
func (e *Evaluation) Picture() image.Image {
	picture := blank((classes+1)*cell, (classes+1)*cell)
	for shown, row := range e.Confusion {
		label := (shown + 1) * cell
		drawDigit(picture, cell/2-3, label+cell/2-5, shown, ink)
		drawDigit(picture, label+cell/2-3, cell/2-5, shown, ink)
		all := 0
		for _, n := range row {
			all += n
		}
		for read, n := range row {
			tint := wrong
			if read == shown {
				tint = right
			}
			area := image.Rect(0, 0, cell-1, cell-1).Add(image.Pt((read+1)*cell, label))
			fillRect(picture, area, mix(tint, math.Sqrt(float64(n)/float64(max(all, 1)))))
		}
	}
	return picture
}

// MistakesPicture draws the first mistakes, each with the digit read from it
// and, after it, the digit it shows. Without mistakes it is empty paper.
func (e *Evaluation) MistakesPicture() image.Image {
	const width, height = side*zoom + 8, side*zoom + 20
	picture := blank(columns*width, rows*height)
	for i, m := range e.Mistakes[:min(len(e.Mistakes), columns*rows)] {
		corner := image.Pt(i%columns*width+4, i/columns*height+4)
		drawSample(picture, corner, m.Sample)
		under := corner.Y + side*zoom + 3
		drawDigit(picture, corner.X+8, under, m.Read, wrong)
		drawDigit(picture, corner.X+26, under, m.Sample.Digit, right)
	}
	return picture
}

func drawSample(picture *image.RGBA, corner image.Point, s *Sample) {
	for i, dark := range s.Pixels {
		at := corner.Add(image.Pt(i%side*zoom, i/side*zoom))
		fillRect(picture, image.Rectangle{at, at.Add(image.Pt(zoom, zoom))}, mix(ink, dark))
	}
}

// glyphs are the digits in 3 columns and 5 rows, a row for each octal digit.
var glyphs = [classes]uint16{
	0o75557, 0o26227, 0o71747, 0o71717, 0o55711,
	0o74717, 0o74757, 0o71111, 0o75757, 0o75717,
}

// drawDigit draws a digit 6 pixels wide and 10 high.
func drawDigit(picture *image.RGBA, x, y, digit int, tint color.RGBA) {
	for row := range 5 {
		for column := range 3 {
			if glyphs[digit]>>(14-3*row-column)&1 == 1 {
				at := image.Pt(x+2*column, y+2*row)
				fillRect(picture, image.Rectangle{at, at.Add(image.Pt(2, 2))}, tint)
			}
		}
	}
}

func blank(width, height int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	fillRect(picture, picture.Bounds(), paper)
	return picture
}

func fillRect(picture *image.RGBA, area image.Rectangle, tint color.RGBA) {
	draw.Draw(picture, area, image.NewUniform(tint), image.Point{}, draw.Src)
}

// mix gives the colour between paper, at 0, and tint, at 1; a faint grey shows
// where there is nothing.
func mix(tint color.RGBA, share float64) color.RGBA {
	blend := func(t uint8) uint8 { return uint8(245 + share*(float64(t)-245)) }
	return color.RGBA{blend(tint.R), blend(tint.G), blend(tint.B), 255}
}
