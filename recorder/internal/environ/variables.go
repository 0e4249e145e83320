package environ

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

// kept are the variables that matter for repeating a run and hold no secret,
// by name or, with a * at the end, by its begin. TF_* is not among them: TF_VAR_* and TF_TOKEN_* are
// Terraform's, and hold secrets.
var kept = []string{
	// which processors, and how many threads
	"CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION",
	"OMP_*", "MKL_*", "OPENBLAS_*", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_*", "NUMBA_*", "RAYON_NUM_THREADS", "KMP_*",
	// interpreters and their libraries
	"PYTHONHASHSEED", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONUNBUFFERED", "PYTHONNOUSERSITE", "CONDA_DEFAULT_ENV", "CONDA_PREFIX", "VIRTUAL_ENV", "PYENV_VERSION",
	"PYTORCH_*", "TORCH_*", "CUBLAS_WORKSPACE_CONFIG", "NVIDIA_TF32_OVERRIDE", "NCCL_*", "XLA_FLAGS", "XLA_PYTHON_CLIENT_*", "JAX_*",
	"TF_CPP_MIN_LOG_LEVEL", "TF_DETERMINISTIC_OPS", "TF_CUDNN_*", "TF_ENABLE_*", "TF_FORCE_*", "TF_GPU_*", "TF_NUM_*", "TF_XLA_FLAGS", "KERAS_BACKEND",
	"TOKENIZERS_PARALLELISM", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE", "ACCELERATE_*",
	"GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG", "GOEXPERIMENT", "RUST_BACKTRACE", "NODE_ENV",
	"JULIA_NUM_THREADS", "JULIA_PROJECT", "JULIA_DEPOT_PATH", "JULIA_CPU_TARGET", "R_HOME", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE", "RENV_PROFILE",
	// the place in a distributed job
	"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "GROUP_RANK", "NODE_RANK", "MASTER_ADDR", "MASTER_PORT",
	"OMPI_COMM_WORLD_*", "PMI_RANK", "PMI_SIZE", "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_PARTITION", "SLURM_JOB_NODELIST", "SLURM_ARRAY_*",
	"SLURM_NNODES", "SLURM_NTASKS", "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID", "SLURM_CPUS_*", "SLURM_GPUS*", "SLURM_MEM_*",
	"PBS_JOBID", "PBS_ARRAY_INDEX", "LSB_JOBID", "LSB_JOBINDEX", "JOB_ID", "SGE_TASK_ID",
	// language and time
	"LANG", "LC_*", "TZ",
}

// The bounds of what is kept of the environment.
const (
	maxVariables = 200
	maxValue     = 2048 // bytes of one value
)

// Variables picks from an environment ("NAME=value" each, the last of a name
// counts) those that matter: of a list of harmless ones, and those whose names
// match one of the patterns in more. Secrets in their values are masked. A name
// that looks like a secret is never kept; refused says in a sentence each what of
// more is not obeyed.
func Variables(environment, more []string) (found []record.Variable, refused []string) {
	values := map[string]string{}
	for _, pair := range environment {
		if name, value, ok := strings.Cut(pair, "="); ok && name != "" {
			values[name] = value
		}
	}
	asked, refused := wanted(values, more)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if len(found) == maxVariables {
			break
		}
		if asked[name] || harmless(name) && !secretName(name) {
			found = append(found, record.Variable{Name: name, Value: bounded(redact.Text(values[name]))})
		}
	}
	return found, refused
}

// wanted are the variables that the user's own patterns ask for.
func wanted(values map[string]string, patterns []string) (asked map[string]bool, refused []string) {
	asked = map[string]bool{}
	for _, pattern := range patterns {
		names, why := matching(values, pattern)
		for _, name := range names {
			asked[name] = true
		}
		if why != "" {
			refused = append(refused, fmt.Sprintf("%.80q in exprec.environment %s", pattern, why))
		}
	}
	return asked, refused
}

// matching are the variables that a pattern asks for and that are no secrets,
// and why there are not all.
func matching(values map[string]string, pattern string) (names []string, why string) {
	switch _, err := path.Match(pattern, ""); {
	case err != nil:
		return nil, "is no pattern"
	case strings.Trim(pattern, "*?") == "":
		return nil, "asks for the whole environment, which is never recorded"
	case secretName(pattern):
		return nil, "is the name of a secret: that is not recorded"
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch match, _ := path.Match(pattern, name); {
		case match && secretName(name):
			why = fmt.Sprintf("takes in %.80s, the name of a secret: that is not recorded", name)
		case match:
			names = append(names, name)
		}
	}
	return names, why
}

// secretWords make a variable's name one of a secret wherever they stand in it
// as a word, and the longer ones anywhere. Better to keep too little here.
var secretWords = []string{"KEY", "KEYS", "PASS", "PWD", "PAT", "AUTH", "CREDS", "CERT", "COOKIE", "DSN", "PIN", "SALT"}

var secretParts = []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "PRIVATE", "BEARER", "SIGNATURE"}

func secretName(name string) bool {
	upper := strings.ToUpper(name)
	if upper == "TOKENIZERS_PARALLELISM" {
		return false
	}
	isPart := func(part string) bool { return strings.Contains(upper, part) }
	words := strings.FieldsFunc(upper, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
	isSecret := func(word string) bool { return slices.Contains(secretWords, word) }
	return redact.Name(name) || slices.ContainsFunc(secretParts, isPart) || slices.ContainsFunc(words, isSecret)
}

// harmless reports whether a variable is on the list.
func harmless(name string) bool {
	return slices.ContainsFunc(kept, func(pattern string) bool {
		prefix, isPrefix := strings.CutSuffix(pattern, "*")
		return name == pattern || isPrefix && strings.HasPrefix(name, prefix)
	})
}

// bounded is a value that can be kept: valid UTF-8, and not too long.
func bounded(value string) string {
	if len(value) > maxValue {
		value = value[:maxValue] + " …"
	}
	return strings.ToValidUTF8(value, "\uFFFD")
}
