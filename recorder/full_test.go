package recorder_test

import "os"

// full reports whether the long form of the crash tests is wanted.
func full() bool { return os.Getenv("EXPREC_CRASH") == "full" }
