package main

import (
	"os"
	"os/signal"
)

// signals are those that came to exprec run, until the command gets them.
type signals struct {
	came chan os.Signal
}

// listen begins to keep the signals that a command is to get. One that was
// ignored when exprec was started, as nohup does, stays so for the command.
func listen() *signals {
	s := &signals{came: make(chan os.Signal, 64)}
	for _, sig := range caught {
		if !signal.Ignored(sig) {
			signal.Notify(s.came, sig)
		}
	}
	return s
}

// early is the signal that came before there was a command, empty if none did.
func (s *signals) early() string {
	for {
		select {
		case sig := <-s.came:
			if name := asks(sig); name != "" {
				return name
			}
		default:
			return ""
		}
	}
}
