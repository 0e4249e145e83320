package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// remotePatience is how long the other side may take to be there, and to end.
const (
	remotePatience = 30 * time.Second
	remoteFarewell = 3 * time.Second
)

// A remoteSide is the dashboard of another machine, which the user's own ssh
// starts there and forwards to here. One connection carries all of it.
type remoteSide struct {
	host, dir string
	room      string // holds the socket by which ssh is told what to forward
	ssh       *exec.Cmd
	stdin     io.Closer // the other side ends with it
	stderr    *tailBuffer
	ended     chan error
}

// parseRemoteSide reads HOST:DIR, where HOST is what ssh takes.
func parseRemoteSide(text string) (*remoteSide, error) {
	host, dir, ok := strings.Cut(text, ":")
	if !ok || host == "" || strings.HasPrefix(host, "-") || strings.ContainsAny(host, " \t\r\n'\"\\$`") || strings.ContainsAny(dir, "\n\x00") {
		return nil, usage("write --ssh HOST:DIR, such as --ssh gpu-2:work/digits", "%q says no machine and folder", text)
	}
	return &remoteSide{host: host, dir: dir, stderr: &tailBuffer{}, ended: make(chan error, 1)}, nil
}

// serveFrom shows the dashboard of another machine on a port of this one, until
// either side ends.
func (a *app) serveFrom(ctx context.Context, o serveOptions) error {
	r, err := parseRemoteSide(o.ssh)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("ssh"); err != nil {
		return failed("install an ssh client", "the other machine is reached by ssh, which is not on PATH")
	}
	if r.room, err = os.MkdirTemp("", "exprec-ssh-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.room)
	there, err := r.start(ctx)
	if err != nil {
		return err
	}
	defer r.end()
	at, err := findPlace(ctx, o)
	if err != nil {
		return err
	}
	at.close() // ssh takes it over
	if err := r.forward(ctx, at.port, there.port); err != nil {
		return err
	}
	address := at.address(serveHost, there.token)
	a.out.line(plain("%s", address))
	a.out.flush()
	a.note("the runs of %s on %s, Ctrl-C ends it on both sides", sanitizeLine(r.dir), sanitizeLine(r.host))
	if o.open {
		forget := a.openPage(ctx, address, true, &serveLog{app: a})
		defer forget()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-r.ended:
		r.ended <- err
		return r.failure("the other side has ended", err)
	}
}

// remotePlace is where the other side serves.
type remotePlace struct{ port, token string }

// start starts the other side and waits for its address.
func (r *remoteSide) start(ctx context.Context) (remotePlace, error) {
	folder := quote(r.dir)
	if r.dir == "" {
		folder = "."
	}
	if below, ok := strings.CutPrefix(r.dir, "~/"); ok { // a shell makes a home of it only without quotes
		folder = "~/" + quote(below)
	}
	command := `PATH="$PATH:$HOME/go/bin:$HOME/.local/bin:/usr/local/bin"; export PATH; cd -- ` + folder +
		" && exec exprec serve --port 0 --token --end-with-input"
	r.ssh = exec.Command("ssh", "-M", "-S", r.socket(), "-o", "ControlPersist=no", "-T", "--", r.host, command)
	stdin, err := r.ssh.StdinPipe()
	if err != nil {
		return remotePlace{}, err
	}
	stdout, err := r.ssh.StdoutPipe()
	if err != nil {
		return remotePlace{}, err
	}
	r.stdin, r.ssh.Stderr = stdin, r.stderr
	if err := r.ssh.Start(); err != nil {
		return remotePlace{}, err
	}
	line := make(chan string, 1)
	go func() {
		first, _ := bufio.NewReader(stdout).ReadString('\n')
		line <- strings.TrimSpace(first)
		io.Copy(io.Discard, stdout)
		r.ended <- r.ssh.Wait()
	}()
	select {
	case text := <-line:
		u, err := url.Parse(text)
		if err == nil && u.Port() != "" {
			return remotePlace{u.Port(), u.Query().Get("token")}, nil
		}
		err = <-r.ended
		r.ended <- err
		return remotePlace{}, r.failure("the dashboard could not be started", err)
	case <-ctx.Done():
		r.end()
		return remotePlace{}, ctx.Err()
	case <-time.After(remotePatience):
		r.end()
		return remotePlace{}, r.failure("it did not answer in time", nil)
	}
}

func (r *remoteSide) socket() string { return filepath.Join(r.room, "s") }

// forward brings the other side's port here.
func (r *remoteSide) forward(ctx context.Context, here int, there string) error {
	ctx, cancel := context.WithTimeout(ctx, remotePatience)
	defer cancel()
	for _, own := range []string{"127.0.0.1", "[::1]"} {
		spec := fmt.Sprintf("%s:%d:localhost:%s", own, here, there)
		c := exec.CommandContext(ctx, "ssh", "-S", r.socket(), "-O", "forward", "-L", spec, "--", r.host)
		if out, err := c.CombinedOutput(); err != nil && own == "127.0.0.1" {
			return &failure{errRemote, fmt.Sprintf("the port of %s cannot be brought here: %v %s", r.host, err, strings.TrimSpace(string(out))), ""}
		}
	}
	return nil
}

// end ends the other side: its input is closed, and it goes by itself. What does
// not is ended here.
func (r *remoteSide) end() {
	r.stdin.Close()
	select {
	case err := <-r.ended:
		r.ended <- err
	case <-time.After(remoteFarewell):
		r.ssh.Process.Kill()
		<-r.ended
	}
}

// failure says what became of the other side, in its own last words.
func (r *remoteSide) failure(what string, err error) error {
	said := r.stderr.lastLine()
	hint := ""
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 127 {
		hint = "there is no exprec on that machine's PATH: install it there"
	}
	if said != "" {
		what += ": " + said
	}
	return &failure{errRemote, fmt.Sprintf("%s: %s", r.host, what), hint}
}

// tailBuffer keeps the end of what is written to it.
type tailBuffer struct{ text []byte }

const maxTail = 4096

func (t *tailBuffer) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if n := len(t.text) - maxTail; n > 0 {
		t.text = t.text[n:]
	}
	return len(p), nil
}

func (t *tailBuffer) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return sanitizeLine(strings.TrimPrefix(lines[len(lines)-1], "exprec: "))
}
