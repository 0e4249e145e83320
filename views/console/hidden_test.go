package console

import "testing"

func TestHidden(t *testing.T) {
	for _, c := range []rune{0, '\x1b', '\r', '\n', 0x7f, 0x85, 0xad, 0x61c, 0x200b, 0x200e, 0x202e, 0x2028, 0x2029, 0x2066, 0xfeff, 0xe0041} {
		if !Hidden(c) {
			t.Errorf("%U would not be seen", c)
		}
	}
	for _, c := range []rune{' ', 'a', '~', 0xa0, 'é', 0x200c, 0x200d, 0x600, '漢', 0x1f469} {
		if Hidden(c) {
			t.Errorf("%U is seen", c)
		}
	}
}
