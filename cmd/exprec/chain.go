package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// maxLinks is how many runs of a chain are shown at each end of it.
const maxLinks = 5

// chainLine names the runs that go on from one another, where they are more
// than the two that are named anyway.
func chainLine(ctx context.Context, p *recorder.Project, r *recorder.Run) string {
	chain, err := p.Chain(ctx, r)
	if err != nil || len(chain) < 3 {
		return ""
	}
	var links []string
	for i, run := range chain {
		switch {
		case i == maxLinks && len(chain) > 2*maxLinks:
			links = append(links, fmt.Sprintf("%d more", len(chain)-2*maxLinks))
		case i > maxLinks && i < len(chain)-maxLinks:
		case run.ID() == r.ID():
			links = append(links, run.Short()+" (this one)")
		default:
			links = append(links, fmt.Sprintf("%s (%s)", run.Short(), run.Status()))
		}
	}
	return strings.Join(links, " → ")
}
