// Package system reads what a process, all that came of it, and their machine
// use: processors, memory, disk, network and graphics processors.
//
// It promises that looking costs next to nothing (a few file reads per process
// and look), that it never fails and never waits for more than those reads:
// what cannot be read is left out. A program that it starts, to read graphics
// processors, does not outlive it. It reads Linux; elsewhere it finds nothing.
//
// It knows nothing of runs and scalars.
package system
