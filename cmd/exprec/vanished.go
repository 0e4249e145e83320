package main

import (
	"context"

	"github.com/exprec/exprec/recorder"
)

// announceVanished says in one line which runs have no ref any more.
func (a *app) announceVanished(p *recorder.Project) {
	vanished, err := p.Vanished()
	if err != nil || len(vanished) == 0 {
		return
	}
	left := 0
	for _, v := range vanished {
		if !v.Gone {
			left++
		}
	}
	a.note("%s vanished from git: exprec recover brings back %d", count(len(vanished), "run"), left)
}

// mend brings back the runs whose refs somebody removed, and says of how many
// there was something to say.
func (a *app) mend(ctx context.Context, p *recorder.Project) (int, error) {
	mended, gone, err := p.Mend(ctx)
	for _, run := range mended {
		a.out.line(plain("brought back %s (%s): its ref had vanished from git", sanitizeLine(run.Label), short(run.ID)))
	}
	for _, run := range gone {
		a.out.line(plain("gone: %s (%s): its ref vanished from git, and its objects too", sanitizeLine(run.Label), short(run.ID)))
	}
	return len(mended) + len(gone), err
}
