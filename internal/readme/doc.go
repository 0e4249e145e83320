// Package readme holds the test that README.md tells the truth about names:
// tests, files and the Go code in it.
package readme
