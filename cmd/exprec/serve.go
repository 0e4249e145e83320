package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views"
	"github.com/exprec/exprec/views/guard"
)

func newServe(a *app) *cobra.Command {
	port := 8080
	c := &cobra.Command{
		Use:     "serve",
		Short:   "Serve the dashboard",
		Long:    "Serve the pages on which runs are found, read, compared and watched, until Ctrl-C.",
		Example: "exprec serve --port 9000",
		Args:    between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.serve(c.Context(), port)
		},
	}
	c.Flags().IntVar(&port, "port", port, "the `PORT` to listen on, 0 for any that is free")
	return c
}

// serve serves the dashboard until the context ends.
func (a *app) serve(ctx context.Context, port int) error {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return failed("--port 0 takes any that is free", "the dashboard cannot be served: %v", err)
	}
	dashboard := views.New(views.Options{Path: a.dir, Open: func(context.Context) (*recorder.Project, error) {
		return recorder.Open(a.dir)
	}})
	defer dashboard.Close()
	server := &http.Server{Handler: guard.New(guard.Options{})(dashboard), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	a.out.line(plain("http://%s/", listener.Addr()))
	a.out.flush()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
