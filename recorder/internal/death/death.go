package death

// End is how a process ended. The zero value says that nobody could see it.
type End struct {
	Code   *int   // exit code; 128+n when signal n killed it
	Signal string // such as SIGKILL, empty if it exited
}
