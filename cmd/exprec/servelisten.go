package main

import (
	"context"
	"errors"
	"net"
	"strconv"
	"syscall"
)

// nextPorts is how many ports are tried after the usual one.
const nextPorts = 100

// anyPort is how often a port that is free on one address is tried on the other.
const anyPort = 20

// place is where the dashboard is served.
type place struct {
	listeners []net.Listener
	port      int
	beyond    bool   // other machines can connect
	host      string // as it was asked for
	taken     string // who has the usual port, where it is another one
}

func (p *place) close() {
	for _, l := range p.listeners {
		l.Close()
	}
}

// address is where a browser finds the dashboard.
func (p *place) address(host, token string) string {
	a := "http://" + net.JoinHostPort(host, strconv.Itoa(p.port)) + "/"
	if token != "" {
		a += "?token=" + token
	}
	return a
}

// findPlace takes a port: the one that is asked for, or else the usual one or the
// next that is free.
func findPlace(ctx context.Context, o serveOptions) (*place, error) {
	addresses, err := addressesOf(ctx, o.host)
	if err != nil {
		return nil, err
	}
	at := &place{host: o.host}
	for _, ip := range addresses {
		at.beyond = at.beyond || !ip.IsLoopback()
	}
	tries := 1
	switch {
	case o.port == 0:
		tries = anyPort
	case !o.fixed:
		tries = nextPorts
	}
	for i := range tries {
		port := o.port
		if port != 0 {
			port += i
		}
		err = at.take(ctx, addresses, port)
		if err == nil {
			return at, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
		if i == 0 && o.port != 0 {
			at.taken = holder(o.port)
		}
	}
	return nil, cannotListen(o, err, at.taken)
}

// cannotListen says why there is no dashboard, and what helps.
func cannotListen(o serveOptions, err error, taken string) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE) && o.fixed:
		return failed("exprec serve without --port takes the next free one", "port %d is taken by %s", o.port, taken)
	case errors.Is(err, syscall.EADDRINUSE):
		return failed("exprec serve --port 0 takes any that is free", "the ports from %d to %d are all taken", o.port, o.port+nextPorts-1)
	case errors.Is(err, syscall.EACCES):
		return failed("ports from 1024 on need no permission", "port %d cannot be listened on: %v", o.port, err)
	}
	return failed("", "the dashboard cannot be served on %s: %v", o.host, err)
}

// addressesOf are the addresses that a host means. localhost is both of this
// machine's: else another program on the one that is left would get the browser.
func addressesOf(ctx context.Context, host string) ([]net.IP, error) {
	if host == serveHost {
		return []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, nil
	}
	if ip := net.ParseIP(host); ip != nil {
		return []net.IP{ip}, nil
	}
	found, err := net.DefaultResolver.LookupIP(ctx, "ip", host)
	if err != nil || len(found) == 0 {
		return nil, usage("--host takes an address of this machine, 0.0.0.0 for all", "there is no host %q: %v", host, err)
	}
	return found, nil
}

// take listens on all addresses, on one port.
func (p *place) take(ctx context.Context, addresses []net.IP, port int) error {
	p.port = port
	var config net.ListenConfig
	for i, ip := range addresses {
		network := "tcp6"
		if ip.To4() != nil {
			network = "tcp4"
		} else if ip.IsUnspecified() {
			network = "tcp" // both kinds
		}
		l, err := config.Listen(ctx, network, net.JoinHostPort(ip.String(), strconv.Itoa(p.port)))
		if i > 0 && noSuchAddress(err) {
			continue // a machine without IPv6
		}
		if err != nil {
			p.close()
			p.listeners = nil
			return err
		}
		p.listeners = append(p.listeners, l)
		p.port = l.Addr().(*net.TCPAddr).Port
	}
	return nil
}

func noSuchAddress(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}
