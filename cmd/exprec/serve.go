package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views"
	"github.com/exprec/exprec/views/guard"
)

// serveOptions say where the dashboard is served and who may see it.
type serveOptions struct {
	host    string
	port    int
	fixed   bool // the port was asked for: no other will do
	open    bool // in the browser of this desktop
	token   bool // asked for on this machine too
	noToken bool // asked for by nobody
	names   []string
	ssh     string // HOST:DIR of another machine whose dashboard is shown
	input   bool   // it ends with its input
}

// The usual place of the dashboard.
const (
	serveHost = "localhost"
	servePort = 8080
)

func newServe(a *app) *cobra.Command {
	o := serveOptions{host: serveHost, port: servePort}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the dashboard, as exprec alone does",
		Long: "Serve the pages on which runs are found, read, compared and watched, until Ctrl-C, which is\n" +
			"how it ends (exit code 0). exprec alone does the same. Only this machine can connect. Where\n" +
			"port 8080 is taken, the next free one is, unless --port names one.\n" +
			"\n" +
			"Over ssh, ssh -L 8080:localhost:8080 HOST on your own machine brings the page there. With\n" +
			"--host 0.0.0.0 other machines can connect without it: the address then has a token, which is\n" +
			"new at each start. That line is not encrypted.\n" +
			"\n" +
			"--ssh HOST:DIR shows the runs of another machine: exprec is started there over your ssh, and\n" +
			"its page is brought here, until either side ends.",
		Example: "exprec serve --port 9000 --open",
		Args:    between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			o.fixed = c.Flags().Changed("port")
			if o.ssh != "" {
				if err := o.check(); err != nil {
					return err
				}
				return a.serveFrom(c.Context(), o)
			}
			return a.serve(c.Context(), o)
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.host, "host", o.host, "the `ADDRESS` to listen on, 0.0.0.0 for all of this machine")
	flags.IntVar(&o.port, "port", o.port, "the `PORT` to listen on, 0 for any that is free")
	flags.BoolVar(&o.open, "open", false, "open the page in the browser")
	flags.BoolVar(&o.token, "token", false, "ask for a token, so that other users of this machine see nothing")
	flags.BoolVar(&o.noToken, "no-token", false, "ask for none, whoever can connect")
	flags.StringVar(&o.ssh, "ssh", "", "the dashboard of `HOST:DIR`, started there over ssh and shown here")
	flags.BoolVar(&o.input, "end-with-input", false, "end when the standard input does")
	_ = flags.MarkHidden("end-with-input")
	flags.StringArrayVar(&o.names, "allow-host", nil, "a further `NAME` by which it may be asked, as behind a proxy")
	return c
}

// check refuses options that contradict each other.
func (o serveOptions) check() error {
	switch {
	case o.ssh != "" && (o.host != serveHost || o.token || o.noToken || len(o.names) > 0):
		return usage("--port and --open go with it", "--ssh shows another machine's page here and nowhere else")
	case o.token && o.noToken:
		return usage("", "--token and --no-token exclude each other")
	case o.port < 0 || o.port > 65535:
		return usage("", "--port is %d, it must be 0 to 65535", o.port)
	}
	return nil
}

// serve serves the dashboard until the context ends.
func (a *app) serve(ctx context.Context, o serveOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	at, err := findPlace(ctx, o)
	if err != nil {
		return err
	}
	defer at.close()
	if o.input {
		var end context.CancelFunc
		ctx, end = context.WithCancel(ctx)
		defer end()
		go func() {
			_, _ = io.Copy(io.Discard, a.in)
			end()
		}()
	}
	top := a.projectTop()
	dashboard := views.New(views.Options{Path: withTilde(top), Open: func(context.Context) (*recorder.Project, error) {
		return recorder.Open(top)
	}})
	defer dashboard.Close()
	log := &serveLog{app: a}
	rules := guard.Options{Names: append(o.names, o.host), Beyond: at.beyond, Port: at.port, Report: log.line}
	if o.token || at.beyond && !o.noToken {
		rules.Token = guard.NewToken()
	}
	if at.beyond {
		if name, err := os.Hostname(); err == nil {
			rules.Names = append(rules.Names, name)
		}
	}
	a.sayWhere(at, o, rules.Token, withTilde(top))
	if o.open {
		forget := a.openPage(ctx, at.address(at.ownHost(), rules.Token), rules.Token != "", log)
		defer forget()
	}
	recovered := make(chan struct{})
	ctx, stop := context.WithCancel(ctx)
	defer func() { stop(); <-recovered }()
	go func() {
		defer close(recovered)
		a.keepRecovering(ctx, top, log)
	}()
	return serveUntil(ctx, at, guard.New(rules)(dashboard), log)
}

// serveUntil answers requests until the context ends.
func serveUntil(ctx context.Context, at *place, handler http.Handler, log *serveLog) error {
	base, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	server := newServer(base, handler, log)
	failures := make(chan error, len(at.listeners))
	for _, l := range at.listeners {
		go func() { failures <- server.Serve(l) }()
	}
	select {
	case err := <-failures:
		server.Close()
		return fmt.Errorf("serve the dashboard: %w", err)
	case <-ctx.Done():
	}
	// Pages that are half sent get there; streams do not end by themselves.
	limit, cancel := context.WithTimeout(base, lastAnswers)
	defer cancel()
	if server.Shutdown(limit) != nil {
		end()
		server.Close()
	}
	return nil
}

// projectTop is the folder whose runs are served, also where there are none yet.
func (a *app) projectTop() string {
	if p, err := recorder.Open(a.dir); err == nil {
		defer p.Close()
		return p.Top()
	}
	if repo, err := gitstore.Find(a.dir); err == nil && repo.WorkTree != "" {
		return repo.WorkTree
	}
	if dir, err := filepath.Abs(a.dir); err == nil {
		return dir
	}
	return a.dir
}

// withTilde is a path as people say it.
func withTilde(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" || home == "/" {
		return path
	}
	if below, ok := strings.CutPrefix(path, home); ok && (below == "" || below[0] == filepath.Separator) {
		return "~" + below
	}
	return path
}
