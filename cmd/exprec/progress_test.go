package main

import "testing"

// Git's progress stands on one line, which what comes next takes the place of; what
// the other side says stays, and nothing of either is a sequence for the terminal.
func TestProgressIsOverwritten(t *testing.T) {
	const erase = "\r\x1b[K"
	s, out := page(20, false)
	for _, line := range []string{"Counting: 50% (1/2)", "Counting: 100% (2/2), done.", "remote: \x1b[31mhello", "Writing: 100% (2/2) and much more"} {
		s.passing(line)
	}
	s.erase()
	s.erase()
	s.line(plain("pushed"))
	s.flush()
	want := "Counting: 50% (1/2)" + erase + "Counting: 100% (2/…" + erase + `remote: \x1b[31mhello` + "\n" + "Writing: 100% (2/2…" + erase + "pushed\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}
