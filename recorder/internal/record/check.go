package record

import "unicode/utf8"

// Limits of what users name.
const (
	MaxName = 256 // bytes of a scalar's, image's or parameter's name
	MaxTag  = 64  // bytes of a tag
)

// CheckName says why a scalar, image, result or parameter cannot be called
// name; the error wraps [ErrInvalid].
func CheckName(name string) error {
	switch {
	case name == "":
		return invalid("a name must not be empty")
	case len(name) > MaxName:
		return invalid("the name %.40q… has %d bytes, at most %d are allowed", name, len(name), MaxName)
	case !utf8.ValidString(name):
		return invalid("the name %q is not valid UTF-8", name)
	}
	return nil
}

// CheckTag says why tag is not one: lower-case letters, digits and -, at most
// 64 of them.
func CheckTag(tag string) error {
	if tag == "" {
		return invalid("a tag must not be empty")
	}
	if len(tag) > MaxTag {
		return invalid("the tag %.40q… has %d characters, at most %d are allowed", tag, len(tag), MaxTag)
	}
	for i := range len(tag) {
		c := tag[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return invalid("the tag %q may hold lower-case letters, digits and - only", tag)
		}
	}
	return nil
}

// CheckUUID says whether id is a UUID of version 4 as a run's ref carries it:
// lower case, 36 characters.
func CheckUUID(id string) error {
	if len(id) != 36 {
		return invalid("%.40q is not a UUID", id)
	}
	ok := id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' && id[14] == '4' &&
		(id[19] == '8' || id[19] == '9' || id[19] == 'a' || id[19] == 'b')
	// A project of many runs asks for each of them, each time.
	if !ok || !isHex(id[:8]) || !isHex(id[9:13]) || !isHex(id[15:18]) || !isHex(id[20:23]) || !isHex(id[24:]) {
		return invalid("%q is not a lower-case UUID of version 4", id)
	}
	return nil
}

// isHex does not branch: processors cannot guess whether a digit is a letter.
func isHex(s string) bool {
	const digits, letters = uint64(0x3ff) << '0', uint64(0x3f) << ('a' - 64)
	ok := uint64(1)
	for i := range len(s) {
		ok &= digits>>s[i] | letters>>(s[i]-64) // what is shifted too far is zero
	}
	return ok == 1
}
