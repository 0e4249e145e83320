package console

import (
	"fmt"
	"math"
	"strings"
)

// rgb is a colour.
type rgb struct{ r, g, b uint8 }

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// The ground that lines stand on, and their usual colour: dark, whatever the
// colours of the page.
var (
	groundColour = rgb{0x0e, 0x11, 0x16}
	frontColour  = rgb{0xdd, 0xe3, 0xec}
)

// minContrast is what text needs to be read (WCAG AA).
const minContrast = 4.5

// basic are the sixteen colours that programs name.
var basic = [16]rgb{
	{0x1c, 0x21, 0x28}, {0xe0, 0x5f, 0x57}, {0x57, 0xb8, 0x6a}, {0xd9, 0xa6, 0x3a},
	{0x5b, 0x9c, 0xf5}, {0xc5, 0x7b, 0xdb}, {0x3f, 0xb6, 0xc2}, {0xc8, 0xcf, 0xd9},
	{0x8b, 0x95, 0xa5}, {0xff, 0x8a, 0x80}, {0x7e, 0xe0, 0x8f}, {0xff, 0xd0, 0x66},
	{0x8a, 0xb8, 0xff}, {0xe3, 0xa3, 0xf5}, {0x70, 0xdd, 0xe6}, {0xff, 0xff, 0xff},
}

// paletteColour is one of the 256 colours of terminals.
func paletteColour(n int) rgb {
	switch {
	case n < 16:
		return basic[n]
	case n < 232:
		n -= 16
		return rgb{cube(n / 36), cube(n / 6 % 6), cube(n % 6)}
	}
	grey := uint8(8 + 10*(n-232))
	return rgb{grey, grey, grey}
}

// cube is a level of the cube of colours.
func cube(n int) uint8 {
	if n == 0 {
		return 0
	}
	return uint8(55 + 40*n)
}

// nearest is the number of the palette's colour that is nearest to another.
// Those that programs name may look like anything, and are not among them.
func nearest(r, g, b int) int {
	best, least := 16, math.MaxInt
	try := func(n int) {
		c := paletteColour(n)
		x, y, z := r-int(c.r), g-int(c.g), b-int(c.b)
		if d := 3*x*x + 6*y*y + z*z; d < least {
			best, least = n, d
		}
	}
	try(16 + 36*level(r) + 6*level(g) + level(b))
	grey := (r + g + b) / 3
	try(232 + min(max((grey-3)/10, 0), 23))
	return best
}

// level is the nearest of the six levels of the cube.
func level(v int) int {
	if v < 48 {
		return 0
	}
	if v < 115 {
		return 1
	}
	return (v - 35) / 40
}

// luminance is the relative luminance of WCAG.
func (c rgb) luminance() float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// readable is a colour made light enough to be read on the ground.
func readable(c rgb) rgb {
	mix := func(v uint8, part float64) uint8 { return uint8(float64(v) + (255-float64(v))*part + 0.5) }
	for part := 0.0; part < 1; part += 0.02 {
		if lighter := (rgb{mix(c.r, part), mix(c.g, part), mix(c.b, part)}); contrast(lighter, groundColour) >= minContrast {
			return lighter
		}
	}
	return frontColour
}

// frontOf is the colour of text with a front colour of the palette.
func frontOf(colour uint16) rgb {
	if colour == 0 {
		return frontColour
	}
	return readable(paletteColour(int(colour) - 1))
}

// Stylesheet are the rules of the classes that [Line.HTML] uses for colours,
// below the class console.
func Stylesheet() string {
	var b strings.Builder
	fmt.Fprintf(&b, "/* Written by console.Stylesheet: the colours of terminals, readable on their ground. */\n")
	fmt.Fprintf(&b, ".console { background: %s; color: %s; }\n", groundColour, frontColour)
	fmt.Fprintf(&b, ".console .fk { color: #000; } .console .fw { color: #fff; } .console .fg { color: %s; }\n", groundColour)
	fmt.Fprintf(&b, ".console .bf { background: %s; }\n", frontColour)
	for n := range 256 {
		fmt.Fprintf(&b, ".f%d{color:%s}.b%d{background:%s}\n", n, frontOf(uint16(n+1)), n, paletteColour(n))
	}
	return b.String()
}
