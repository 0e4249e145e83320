// Package views is the dashboard: the pages on which runs are found, read,
// compared and watched. [New] gives an http.Handler for one project.
//
// # What it promises
//
// Every page is a GET that answers with complete HTML: it reads, and its links
// and forms work, without JavaScript, which only refines. A GET changes nothing.
// The whole state of a page is in its URL. Whatever a run holds is shown as text:
// no name, value or file of it becomes markup, script or a request to another
// host. What cannot be read is named where it would stand, with the right status,
// and the rest of the page stays.
//
// # How pages stay right
//
// While somebody looks, the project is watched, and open pages hear what has
// changed over GET /events, see package live. An element with data-live="runs",
// or "run/<id>/scalars", then gets the event exprec:changed and asks for itself
// again: with hx-get and hx-trigger, or by its own script.
//
// The package never touches git or the disk itself: all it shows comes from
// package recorder, and it knows nothing of the command line. Who may ask at all
// is decided in guard, which stands before it.
package views
