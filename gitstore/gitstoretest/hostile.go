package gitstoretest

import (
	"encoding/hex"
	"strings"
	"testing"
)

// HostileNames are names that must never become files.
func HostileNames() []string {
	return []string{"..", ".", "", ".git", ".GIT", "git~1", ".g\u200cit", "a/b", "/etc"}
}

// Object writes an object as it is, however wrong, and gives its name.
func Object(t testing.TB, dir, kind string, content []byte) string {
	t.Helper()
	return GitInput(t, dir, string(content), "hash-object", "-w", "--literally", "-t", kind, "--stdin")
}

// Entry is the bytes of one entry of a tree.
func Entry(t testing.TB, mode, name, object string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(object)
	check(t, err)
	return append([]byte(mode+" "+name+"\x00"), raw...)
}

// Commit writes a commit of a tree and gives its name.
func Commit(t testing.TB, dir, tree string) string {
	t.Helper()
	who := "Ada <ada@example.org> 1700000000 +0000"
	text := strings.Join([]string{"tree " + tree, "author " + who, "committer " + who, "", "hostile", ""}, "\n")
	return Object(t, dir, "commit", []byte(text))
}
