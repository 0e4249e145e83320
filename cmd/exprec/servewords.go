package main

import (
	"context"
	"fmt"
	"html"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strings"
)

// anotherProgram is who has a port when nobody tells.
const anotherProgram = "another program"

// mostAddresses is how many addresses of this machine are printed.
const mostAddresses = 4

// sayWhere prints where the dashboard is. The address stands alone on stdout, for
// programs; what people want to know beside it goes to stderr.
func (a *app) sayWhere(at *place, o serveOptions, token, path string) {
	for _, host := range at.hosts() {
		a.out.line(plain("%s", at.address(host, token)))
	}
	a.out.flush()
	if o.input {
		return // the other side of the connection says it
	}
	a.note("serving the runs of %s, Ctrl-C ends it", path)
	if at.taken != "" {
		a.note("port %d is taken by %s, this is the next free one", o.port, at.taken)
	}
	if at.beyond {
		a.note("other machines can connect, and the line is not encrypted: whoever can listen to it can read the runs. ssh -L keeps it private")
		if token == "" {
			a.note("no token is asked for: whoever can connect can read and change the runs")
		}
		return
	}
	if line := tunnel(os.Getenv("SSH_CONNECTION"), at.port); line != "" {
		a.note("on your own machine: %s", line)
	}
}

// hosts are the names of the place, those that browsers can reach first.
func (p *place) hosts() []string {
	if !p.beyond {
		if p.host == serveHost {
			return []string{serveHost}
		}
		return []string{p.listeners[0].Addr().(*net.TCPAddr).IP.String()}
	}
	if ip := net.ParseIP(p.host); ip == nil || !ip.IsUnspecified() {
		return []string{p.host}
	}
	var hosts []string
	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		if n, ok := address.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() && len(hosts) < mostAddresses {
			hosts = append(hosts, n.IP.String())
		}
	}
	return append(hosts, serveHost)
}

// ownHost is the name for a browser on this machine.
func (p *place) ownHost() string {
	hosts := p.hosts()
	return hosts[len(hosts)-1]
}

// tunnel is the command that brings the page to the machine at the other end of
// an ssh connection: "client port server port".
func tunnel(connection string, port int) string {
	ends := strings.Fields(connection)
	if len(ends) != 4 || net.ParseIP(ends[2]) == nil {
		return ""
	}
	who := ends[2]
	if u, err := user.Current(); err == nil {
		who = u.Username + "@" + who
	}
	if ends[3] != "22" {
		who = "-p " + ends[3] + " " + who
	}
	return fmt.Sprintf("ssh -L %d:localhost:%d %s, then http://localhost:%d/", port, port, who, port)
}

// openPage opens the dashboard in the desktop's browser. An address with a token
// goes by way of a file that only this user can read, as arguments of programs
// are public; forget removes it.
func (a *app) openPage(ctx context.Context, address string, secret bool, to *serveLog) (forget func()) {
	forget = func() {}
	opener := desktopOpener()
	if opener == nil {
		to.line("there is no desktop here to open the page on")
		return forget
	}
	if secret {
		file, err := pageThatLeadsTo(address)
		if err != nil {
			to.line(fmt.Sprintf("the page cannot be opened: %v", err))
			return forget
		}
		address, forget = file, func() { os.Remove(file) }
	}
	c := exec.CommandContext(ctx, opener[0], append(opener[1:], address)...)
	if err := c.Start(); err != nil {
		to.line(fmt.Sprintf("the desktop cannot open %s: %v", opener[0], err))
		return forget
	}
	go func() {
		if err := c.Wait(); err != nil && ctx.Err() == nil {
			to.line(fmt.Sprintf("the desktop did not open the page: %s: %v", opener[0], err))
		}
	}()
	return forget
}

// pageThatLeadsTo writes a page of this user's own that goes on to an address.
func pageThatLeadsTo(address string) (string, error) {
	f, err := os.CreateTemp("", "exprec-open-*.html") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(f, "<!DOCTYPE html><meta charset=\"utf-8\"><title>Exprec</title><meta http-equiv=\"refresh\" content=\"0;url=%s\">\n", html.EscapeString(address))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return f.Name(), err
}
