package gitstore

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName is the length of the longest name in a tree, in bytes.
const maxName = 4096

// ValidName refuses names that must not become files: those that lead
// elsewhere, and `.git` in every spelling that some file system takes for it
// (case, 8.3 names, trailing dots and spaces, streams, characters that HFS+
// passes over). They are refused on all systems, since a tree travels. The
// error is ErrUnsafe.
func ValidName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: it is empty", ErrUnsafe)
	case len(name) > maxName:
		return fmt.Errorf("%w: %.80q… is longer than %d bytes", ErrUnsafe, name, maxName)
	case name == "." || name == ".." || strings.ContainsAny(name, "/\x00") || isGitName(name):
		return fmt.Errorf("%w: %.80q", ErrUnsafe, name)
	}
	return nil
}

// isGitName reports whether some system takes a name for the git directory.
// Almost no name is: the first byte decides.
func isGitName(name string) bool {
	for part := name; ; {
		if isNTFSName(part, ".git") || isNTFSName(part, "git~1") || isHFSName(part, ".git") {
			return true
		}
		backslash := strings.IndexByte(part, '\\')
		if backslash < 0 {
			return false
		}
		part = part[backslash+1:]
	}
}

// isNTFSName: Windows ignores case, dots and spaces at the end, and opens a
// stream of the file behind a colon.
func isNTFSName(name, want string) bool {
	if len(name) < len(want) || !strings.EqualFold(name[:len(want)], want) {
		return false
	}
	rest := strings.TrimLeft(name[len(want):], ". ")
	return rest == "" || rest[0] == ':' || rest[0] == '\\'
}

// isHFSName: HFS+ ignores case and some invisible characters. As in git, a
// malformed byte ends the name.
func isHFSName(name, want string) bool {
	at := 0
	for i, r := range name {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(name[i:]); size <= 1 {
				break
			}
		}
		if isInvisible(r) {
			continue
		}
		if at >= len(want) || r > 0x7f || lowerByte(byte(r)) != want[at] {
			return false
		}
		at++
	}
	return at == len(want)
}

// isInvisible: the characters that HFS+ passes over in names.
func isInvisible(r rune) bool {
	return 0x200c <= r && r <= 0x200f || 0x202a <= r && r <= 0x202e || 0x206a <= r && r <= 0x206f || r == 0xfeff
}

// validLink refuses symbolic links under a name whose content git itself
// interprets, as git and `git fsck --strict` do.
func validLink(name string) error {
	if isNTFSName(name, ".gitmodules") || isShortModules(name) || isHFSName(name, ".gitmodules") {
		return fmt.Errorf("%w: %.80q is a symbolic link", ErrUnsafe, name)
	}
	return nil
}

// isShortModules reports whether a name is one of the 8.3 names that NTFS gives
// .gitmodules: gitmod~1 to gitmod~4, and when those are taken a part of a hash
// and a number, such as gi7eba~1 or gi7eb~12.
func isShortModules(name string) bool {
	const length = 8
	if len(name) < length || !isNTFSName(name, name[:length]) {
		return false
	}
	short := strings.ToLower(name[:length])
	stem, number, _ := strings.Cut(short, "~")
	if number == "" || number[0] == '0' || strings.Trim(number, "0123456789") != "" {
		return false
	}
	return strings.HasPrefix("gi7eba", stem) || stem == "gitmod" && number[0] <= '4'
}
