package recorder

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// Over http and ssh catalogs go and come as by a path, and what is opened comes
// in full.
func TestLightOverTheNetwork(t *testing.T) {
	tm := newTeam(t, 2)
	gitstoretest.Git(t, tm.server, "config", "http.receivepack", "true")
	web := gitstoretest.NewWebServer(t, filepath.Dir(tm.server), false)
	login, port := gitstoretest.SSHServer(t)
	gitstoretest.Git(t, tm.dirs[0], "remote", "set-url", "origin", web.URL+"/"+filepath.Base(tm.server))
	gitstoretest.KnowPassword(t, tm.dirs[0])
	gitstoretest.Git(t, tm.dirs[1], "remote", "set-url", "origin", fmt.Sprintf("ssh://root@127.0.0.1:%d%s", port, tm.server))
	gitstoretest.Git(t, tm.dirs[1], "config", "core.sshCommand", login)
	defer gitstoretest.Unchanged(t, tm.dirs[0])()
	defer gitstoretest.Unchanged(t, tm.dirs[1])()
	id := tm.recordFull(0, 1)
	tm.push(0)
	if shared := tm.fetchLight(1); len(shared.Light) != 1 {
		t.Fatalf("%+v", shared)
	}
	p := tm.open(1)
	run, err := p.Run(t.Context(), id)
	if err != nil || run.Light() != "origin" {
		t.Fatalf("%v, %v", run, err)
	}
	if err := p.FetchRuns(t.Context(), ShareOptions{}, run); err != nil {
		t.Fatal(err)
	}
	if points, err := tm.one(1, id).Series("loss"); err != nil || len(points.Values) != 300 {
		t.Errorf("%v, %v", points, err)
	}
	second := tm.recordFull(1, 2)
	tm.push(1)
	if shared := tm.fetchLight(0); len(shared.Light) != 1 || shared.Light[0] != second {
		t.Errorf("%+v", shared)
	}
	gitstoretest.Git(t, tm.server, "fsck", "--strict", "--no-dangling")
}
