//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"
)

// rolledUp is how many runs a remote has that are rolled up.
const rolledUp = 20_000

// rollUp measures what many runs on a remote cost those who push there or fetch,
// before and after they are rolled up.
func rollUp(dir string, s scaling) ([]row, error) {
	runs := rolledUp
	if s.rounds < full.rounds {
		runs /= 5
	}
	source, server := filepath.Join(dir, "source"), filepath.Join(dir, "server.git")
	if err := os.Mkdir(source, 0o700); err != nil {
		return nil, err
	}
	l, err := newListing(source, runs)
	if err != nil {
		return nil, err
	}
	for _, arguments := range [][]string{
		{"init", "-q", "--bare", server}, {"remote", "add", "origin", server}, {"push", "-q", "origin", "HEAD:refs/heads/main", "refs/exprec/*:refs/exprec/*"},
		{"-C", server, "pack-refs", "--all"},
	} {
		if err := l.git(arguments...); err != nil {
			return nil, err
		}
	}
	before, err := toldOf(source)
	if err != nil {
		return nil, err
	}
	what := humanize.Comma(int64(runs)) + " runs"
	push := func() error { return l.command("exprec", "push", "-q") }
	rows, err := l.commands(1, row{Work: "roll up " + what, Baseline: "git ls-remote"}, push, func() error { return l.git("ls-remote", "-q", "origin") })
	if err != nil {
		return nil, err
	}
	after, err := toldOf(source)
	if err != nil {
		return nil, err
	}
	rows[0].Note = fmt.Sprintf("git push is told %s of refs before and %s after", humanize.Bytes(before), humanize.Bytes(after))
	more, err := l.commands(s.rounds, row{Work: "push, nothing new among " + what + " rolled up", Baseline: "git ls-remote"},
		push, func() error { return l.git("ls-remote", "-q", "origin") })
	return append(rows, more...), err
}

// toldOf are the bytes of refs that a plain push of a branch receives.
func toldOf(dir string) (bytes uint64, err error) {
	push := exec.Command("git", "push", "--dry-run", "-q", "origin", "HEAD:refs/heads/main")
	push.Dir, push.Env = dir, append(os.Environ(), "GIT_TRACE_PACKET=1")
	out, err := push.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("git push: %w: %.200s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if _, packet, ok := strings.Cut(line, " push< "); ok {
			bytes += 4 + uint64(len(packet))
		}
	}
	return bytes, nil
}
