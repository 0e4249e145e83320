package views

import (
	"net/http"

	"github.com/exprec/exprec/recorder"
)

// rawOutput sends what a run printed, byte for byte.
func (d *Dashboard) rawOutput(w http.ResponseWriter, r *http.Request) error {
	state, err := outputStateOf(r)
	if err != nil {
		return err
	}
	_, run, err := d.run(r)
	if err != nil {
		return err
	}
	name := "output"
	if streams := state.streams(); len(streams) == 1 {
		name = streams[0]
	}
	begun := false
	begin := func() {
		begun = true
		fileHeaders(w, short(run.Address())+"-"+name+".txt", true, true)
		w.WriteHeader(http.StatusOK)
	}
	err = run.Printed(0, func(p recorder.Piece) error {
		if !begun {
			begin()
		}
		if _, err := w.Write(p.Text); err != nil {
			return err
		}
		return r.Context().Err()
	}, state.streams()...)
	if begun && err != nil {
		panic(http.ErrAbortHandler) // a part is sent: it must not look like the whole
	}
	if err == nil && !begun {
		begin()
	}
	return err
}
