package recorder_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// No secret gets into any object: not by its file's name, not by its content,
// not by the command line. What is tracked is the user's own decision.
func TestSecretsAreNotRecorded(t *testing.T) {
	const canary = "CANARY"
	dir := repository(t)
	names := []string{
		".env", ".env.local", "prod.env", ".netrc", ".npmrc", ".pypirc", "id_rsa", "keys/id_ed25519", "server.key", "cert.pem", "x.p12",
		".ssh/config", ".aws/credentials", ".kube/config", "credentials.json", "secrets.yaml", "terraform.tfstate", ".git-credentials",
	}
	for i, name := range names {
		gitstoretest.Write(t, dir, name, fmt.Sprint(canary, i, "\n"))
	}
	gitstoretest.Write(t, dir, "config.py", "# "+canary+"\nkey = 'AKIAIOSFODNN7EXAMPLE'\n")
	gitstoretest.Write(t, dir, "deploy.txt", "-----BEGIN RSA PRIVATE KEY-----\n"+canary+"\n")
	gitstoretest.Git(t, dir, "remote", "add", "origin", "https://ada:"+canary+"@example.org/a.git")
	defer gitstoretest.Unchanged(t, dir)()
	cmd := program(t, dir, "creates", "--token="+canary, "--password", canary)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for id := range strings.Lines(gitstoretest.Git(t, dir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered")) {
		if content := gitstoretest.Git(t, dir, "cat-file", "-p", strings.TrimSpace(id)); strings.Contains(content, canary) {
			t.Errorf("the object %s holds a secret:\n%.400s", strings.TrimSpace(id), content)
		}
	}
	info := onlyRun(t, open(t, dir)).Info()
	if got := len(info.Source.LeftOut); got < len(names)+2 {
		t.Errorf("%d files are named as left out, want %d: %v", got, len(names)+2, info.Source.LeftOut)
	}
}
