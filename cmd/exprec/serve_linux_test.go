package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// listenOn serves a place, as long as the test runs.
func listenOn(t *testing.T, o serveOptions) *place {
	t.Helper()
	at, err := findPlace(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.close)
	return at
}

// W4: without --host nobody but this machine can connect, on any of its
// addresses, and on both of localhost the dashboard answers.
func TestOnlyThisMachine(t *testing.T) {
	at := listenOn(t, serveOptions{host: serveHost, port: 0, fixed: true})
	if at.beyond || len(at.listeners) != 2 {
		t.Fatalf("beyond %v, %d addresses", at.beyond, len(at.listeners))
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range own {
		ip := address.(*net.IPNet).IP
		c, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: ip, Port: at.port})
		if err == nil {
			c.Close()
		}
		if answers := err == nil; answers != ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
			t.Errorf("%s answers: %v", ip, answers)
		}
	}
}

// A port that another program has on one of the two addresses is taken.
func TestNextFreePort(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1", "0.0.0.0"} {
		other, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		port := other.Addr().(*net.TCPAddr).Port
		at := listenOn(t, serveOptions{host: serveHost, port: port})
		if at.port <= port || !strings.Contains(at.taken, "process") {
			t.Errorf("%s:%d is taken by %q, and the dashboard on %d", address, port, at.taken, at.port)
		}
		_, err = findPlace(t.Context(), serveOptions{host: serveHost, port: port, fixed: true})
		if exitCode(err) != exitFailed || !strings.Contains(err.Error(), "taken") || hint(err) == "" {
			t.Errorf("%s:%d: %v", address, port, err)
		}
	}
}

func TestHostsOfPlaces(t *testing.T) {
	for host, want := range map[string]string{"localhost": "localhost", "127.0.0.1": "127.0.0.1", "::1": "::1", "0.0.0.0": "localhost", "::": "localhost"} {
		at := listenOn(t, serveOptions{host: host, fixed: true})
		if got := at.ownHost(); got != want || at.beyond != net.ParseIP(host).IsUnspecified() {
			t.Errorf("%s is asked for as %q, beyond: %v", host, got, at.beyond)
		}
	}
	if got := (&place{port: 80}).address("::1", "t"); got != "http://[::1]:80/?token=t" {
		t.Errorf("the address is %s", got)
	}
}

func TestTunnel(t *testing.T) {
	for connection, want := range map[string]string{
		"":                                   "",
		"192.0.2.9 5000 192.0.2.1 22":        "@192.0.2.1, then http://localhost:8081/",
		"2001:db8::9 5000 2001:db8::1 2222":  "-p 2222 ",
		"192.0.2.9 5000 $(reboot) 22":        "",
		"192.0.2.9 5000 192.0.2.1 22 and on": "",
	} {
		got := tunnel(connection, 8081)
		if want == "" && got != "" || !strings.Contains(got, want) || want != "" && !strings.HasPrefix(got, "ssh -L 8081:localhost:8081 ") {
			t.Errorf("%q: %q", connection, got)
		}
	}
}

func TestWithTilde(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for path, want := range map[string]string{home: "~", filepath.Join(home, "a", "b"): "~/a/b", home + "x": home + "x", "/": "/"} {
		if got := withTilde(path); got != want {
			t.Errorf("%s is shown as %s", path, got)
		}
	}
}

// W2: the token reaches the browser by a file that only this user can read.
func TestPageThatLeadsTo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	file, err := pageThatLeadsTo("http://localhost:1/?token=a&b\"<")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if text, _ := os.ReadFile(file); !strings.Contains(string(text), `url=http://localhost:1/?token=a&amp;b&#34;&lt;"`) {
		t.Errorf("the page is %s", text)
	}
}

// W10: connections that say nothing keep nobody out, and are given up.
func TestIdleConnections(t *testing.T) {
	at := listenOn(t, serveOptions{host: serveHost, fixed: true})
	log := &serveLog{app: &app{out: newScreen(os.Stderr), errs: newScreen(os.Stderr)}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- serveUntil(ctx, at, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {}), log)
	}()
	for range 500 {
		c, err := net.Dial("tcp", at.listeners[0].Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("GET / HTTP/1.1\r\nHost: loc")); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := http.Get(at.address(serveHost, ""))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if s := newServer(ctx, nil, log); s.ReadHeaderTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 || s.WriteTimeout != 0 {
		t.Errorf("the server's limits are %v, %v, %d, %v", s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes, s.WriteTimeout)
	}
	stop()
	if err := <-ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
