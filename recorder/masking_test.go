package recorder_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// Secrets among the parameters are masked wherever they lie, and nothing else.
func TestParametersHoldNoSecrets(t *testing.T) {
	const canary = "CANARY"
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	e := recorder.Start(recorder.Options{Quiet: true, Dir: dir, NoOutput: true})
	flags := flag.NewFlagSet("train", flag.PanicOnError)
	flags.String("api-key", canary, "")
	flags.Float64("lr", 0.1, "")
	e.SetParameters(flags)
	e.SetParameters(map[string]any{
		"db":        map[string]any{"password": canary, "host": "db", "url": "postgres://ada:" + canary + "@db/x"},
		"secret":    map[string]any{"a": canary, "b": []string{canary}},
		"tokens":    []string{"ghp_" + strings.Repeat(canary, 7)},
		"note":      "with token=" + canary,
		"pad_token": "<pad>", "max_tokens": 128, "token": "", "author": "ada",
	})
	e.SetParameter("private_key", []byte(canary))
	e.Finish()
	if err := e.Err(); err != nil {
		t.Error(err)
	}
	objects := gitstoretest.Git(t, dir, "cat-file", "--batch", "--batch-all-objects", "--unordered")
	if strings.Contains(objects, canary) {
		t.Error("an object holds a secret")
	}
	params, err := onlyRun(t, open(t, dir)).Params()
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(params)
	for _, want := range []string{"lr:0.1", "host:db", "pad_token:<pad>", "max_tokens:128", "author:ada", "token: ", "api-key:[masked]", "password:[masked]", "url:postgres://[masked]@db/x"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not among the parameters %s", want, got)
		}
	}
}

// Whatever the umask is, only the user can read what Exprec writes: while the
// run goes on, and afterwards.
func TestFilesArePrivateWhateverTheUmask(t *testing.T) {
	dir := repository(t)
	cmd := program(t, dir, "creates")
	cmd.Args = []string{"sh", "-c", `umask 0; exec "$0"`, cmd.Path}
	cmd.Path = "/bin/sh"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantPrivate(t, dir)
	endless := program(t, dir, "endless")
	endless.Args = []string{"sh", "-c", `umask 0; exec "$0"`, endless.Path}
	endless.Path = "/bin/sh"
	out, err := endless.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := endless.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 100)); err != nil {
		t.Error(err)
	}
	wantPrivate(t, dir)
	endless.Process.Kill()
	endless.Wait()
	wantPrivate(t, dir)
}

func wantPrivate(t *testing.T, dir string) {
	t.Helper()
	count := 0
	for _, root := range []string{dir + "/.git/exprec", dir + "/.exprec"} {
		for _, file := range allFiles(t, root) {
			info, err := os.Lstat(file)
			if os.IsNotExist(err) || err == nil && info.Mode()&os.ModeSymlink != 0 {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			count++
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s is %v", file, info.Mode())
			}
		}
	}
	if count < 8 {
		t.Errorf("only %d files were looked at", count)
	}
}

func allFiles(t *testing.T, root string) []string {
	t.Helper()
	files := []string{root}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if at := root + "/" + entry.Name(); entry.IsDir() {
			files = append(files, allFiles(t, at)...)
		} else {
			files = append(files, at)
		}
	}
	return files
}

// Secrets in what the program saved are named, and the files kept.
func TestSecretsInFilesAreNamed(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	e := recorder.Start(recorder.Options{Quiet: true, Dir: dir, NoOutput: true, NoSystem: true})
	const key = "AKIAIOSFODNN7EXAMPLE"
	for name, content := range map[string]string{
		"log/config.yaml": "a: 1\nkey: " + key + "\n", "deploy/.env": "A=1\n", "model.bin": "\x00" + key, "plain.txt": "nothing\n",
		"late.txt": strings.Repeat("x\n", 1<<20) + key,
	} {
		f, err := e.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(content)
		f.Close()
	}
	e.Finish()
	r := onlyRun(t, open(t, dir))
	warnings := strings.Join(r.Info().Warnings, "\n")
	want := "files/deploy/.env may hold a secret: its name is that of a file with secrets; look at it before you push the run\n" +
		"files/log/config.yaml may hold a secret: line 2 has what looks like one (AWS access key); look at it before you push the run"
	if warnings != want {
		t.Errorf("the warnings are %q, want %q", warnings, want)
	}
	if got := gitstoretest.Git(t, dir, "show", "refs/exprec/"+r.ID()+":files/log/config.yaml"); !strings.Contains(got, key) {
		t.Errorf("the file is kept as %q", got)
	}
}
