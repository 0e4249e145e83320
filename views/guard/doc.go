// Package guard stands before the dashboard and decides who may ask for
// anything. It knows HTTP and nothing of runs.
//
// A page in the user's own browser is the attacker to think of: it may send
// requests to this machine, under a name that leads here (DNS rebinding), with
// forms, images and scripts. So every request must be for a name of this machine;
// what comes from another site may at most open a page; and where more than this
// machine can connect, a token is asked for. Every answer, an error too, carries
// the headers that keep what a run holds from becoming script.
package guard
