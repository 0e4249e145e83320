// Package arrows holds the test that imports between this module's parts
// point one way: gitstore, recorder, views, cmd/exprec.
package arrows
