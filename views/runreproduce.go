package views

import (
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// reproduction is how a run is run again.
type reproduction struct {
	Rerun    string // one command that does all, empty where it cannot
	Checkout string // the steps by hand, a line each, empty without a source
	Warnings []string
}

// reproductionOf says how a run is run again, and what is missing for it.
func reproductionOf(run *recorder.Run) reproduction {
	info := run.Info()
	var r reproduction
	masked := slices.ContainsFunc(info.Command, func(w string) bool { return strings.Contains(w, recorder.Masked) })
	switch {
	case len(info.Command) == 0:
		r.warn("The run does not say what its command was.")
	case masked:
		r.warn("A secret in the command was masked when it was recorded: give it anew behind --.")
	case strings.Contains(info.Command[0], "go-build"):
		r.warn("Its program was built by go run and is gone: check the source out and build it.")
	case info.Source != nil:
		r.Rerun = "exprec rerun " + run.Short()
	}
	if info.Source == nil {
		r.warn("No source was kept: it cannot be checked out.")
	} else {
		r.Checkout = checkoutLines(run)
		r.warnSource(info)
	}
	if x := info.Executable; x != nil && x.SourceMayDiffer != "" {
		r.warn("The source may not be what ran: " + x.SourceMayDiffer + ".")
	}
	if len(info.Inputs) == 0 {
		r.warn("No data was recorded as an input: whether it is still the same cannot be told.")
	}
	if info.Packages == 0 {
		r.warn("No packages were recorded.")
	}
	return r
}

func (r *reproduction) warn(words string) { r.Warnings = append(r.Warnings, words) }

// maxWarned is how many files that a snapshot left out are named.
const maxWarned = 5

func (r *reproduction) warnSource(info *recorder.Info) {
	source := info.Source
	for _, l := range source.LeftOut[:min(len(source.LeftOut), maxWarned)] {
		r.warn("Left out of the source: " + l.Path + " (" + size(l.Size) + "), " + l.Reason + ".")
	}
	if more := len(source.LeftOut) + source.More - maxWarned; more > 0 {
		r.warn(count(more, "more file") + " left out of the source.")
	}
	for _, note := range source.Notes {
		r.warn(sentence(note))
	}
}

// checkoutLines are what to type at the top of the project.
func checkoutLines(run *recorder.Run) string {
	info := run.Info()
	folder := "../rerun-" + run.Short()
	lines := []string{"exprec checkout " + run.Short() + " " + folder}
	if dir := info.Directory; dir != "" && dir != "." && !strings.HasPrefix(dir, "/") {
		folder += "/" + dir
	}
	lines = append(lines, "cd "+shellWord(folder))
	if len(info.Command) > 0 {
		lines = append(lines, strings.Join(append(variables(info), commandLine(info.Command)), " "))
	}
	return strings.Join(lines, "\n")
}

// decisive begin the names of variables that change what a program computes, or
// on what.
var decisive = []string{"CUDA_", "HIP_", "ROCR_", "HSA_", "OMP_", "MKL_", "CUBLAS_", "NVIDIA_TF32", "PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTORCH_",
	"TF_DETERMINISTIC_OPS", "TF_CUDNN_", "XLA_FLAGS", "JAX_", "KERAS_BACKEND", "GOMAXPROCS", "GOEXPERIMENT", "JULIA_NUM_THREADS", "RAYON_NUM_THREADS"}

// variables are the assignments before a command.
func variables(info *recorder.Info) []string {
	var words []string
	for _, v := range info.Environment {
		if slices.ContainsFunc(decisive, func(begin string) bool { return strings.HasPrefix(v.Name, begin) }) {
			words = append(words, v.Name+"="+shellWord(v.Value))
		}
	}
	return words
}
