package environ

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// askFor is how long a program may take to answer.
const askFor = 5 * time.Second

// ask is what an interpreter answers to arguments that make it say something of
// itself and run nothing of the user's; empty where it does not answer. The
// answer is kept in the cache as long as its file stays the same.
func ask(ctx context.Context, p Process, cache *Cache, args ...string) string {
	key := strings.Join(args, " ")
	if answer, ok := cache.answer(p.Exe, key); ok {
		return answer
	}
	env := []string{"LC_ALL=C", "PATH=" + p.Env["PATH"]}
	if libraries := p.Env["LD_LIBRARY_PATH"]; libraries != "" {
		env = append(env, "LD_LIBRARY_PATH="+libraries)
	}
	answer := run(ctx, env, p.Exe, args...)
	if answer != "" {
		cache.keepAnswer(p.Exe, key, answer)
	}
	return answer
}

// run is what a program prints, without space around it, and empty where it
// fails, takes too long or prints too much. It gets no input and nothing of the
// environment but env.
func run(ctx context.Context, env []string, exe string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	var out limited
	command := exec.CommandContext(ctx, exe, args...)
	command.Dir = filepath.VolumeName(exe) + string(filepath.Separator)
	command.Env, command.Stdout, command.WaitDelay = env, &out, 100*time.Millisecond
	if err := command.Run(); err != nil {
		return ""
	}
	return strings.TrimSpace(out.String())
}

// maxAnswer bounds what is kept of an answer, in bytes.
const maxAnswer = 64 << 10

// limited keeps the begin of what is written to it.
type limited struct{ bytes.Buffer }

func (l *limited) Write(data []byte) (int, error) {
	l.Buffer.Write(data[:min(len(data), max(maxAnswer-l.Len(), 0))])
	return len(data), nil
}
