package environ

import (
	"slices"
	"strings"
	"testing"
)

func TestVariablesKeepsOnlyTheList(t *testing.T) {
	const canary = "CANARY42"
	environment := []string{
		"OMP_NUM_THREADS=4", "OMP_NUM_THREADS=8", "CUDA_VISIBLE_DEVICES=0,1", "LC_ALL=C.UTF-8", "SLURM_JOB_ID=7", "PYTHONPATH=/a:/b",
		"HOME=" + canary, "PATH=" + canary, "AWS_SECRET_ACCESS_KEY=" + canary, "WANDB_API_KEY=" + canary, "HF_TOKEN=" + canary, "PGPASSWORD=" + canary,
		"TF_VAR_db_password=" + canary, "TF_TOKEN_app_terraform_io=" + canary, "JAX_SECRET=" + canary, "SLURM_JWT=" + canary, "NCCL_AUTH=" + canary,
		"SSH_AUTH_SOCK=" + canary, "DATABASE_URL=" + canary, "JULIA_DEPOT_PATH=https://u:" + canary + "@host/x", "=" + canary, canary,
	}
	found, refused := Variables(environment, nil)
	var names []string
	for _, v := range found {
		names = append(names, v.Name)
		if strings.Contains(v.Value, canary) {
			t.Errorf("%s=%s holds a secret", v.Name, v.Value)
		}
	}
	want := []string{"CUDA_VISIBLE_DEVICES", "JULIA_DEPOT_PATH", "LC_ALL", "OMP_NUM_THREADS", "PYTHONPATH", "SLURM_JOB_ID"}
	if !slices.Equal(names, want) || found[3].Value != "8" || len(refused) > 0 {
		t.Errorf("kept %v (refused %v), want %v with the last value", found, refused, want)
	}
}

func TestVariablesTakesWhatIsAskedForButNoSecrets(t *testing.T) {
	environment := []string{"MY_DATA=/data", "MY_SEED=3", "MY_TOKEN=x", "OTHER=1", "GITHUB_PAT=x"}
	for _, c := range []struct {
		more, names, refused []string
	}{
		{[]string{"MY_DATA"}, []string{"MY_DATA"}, nil},
		{[]string{"MY_[DS]*", "NOT_THERE"}, []string{"MY_DATA", "MY_SEED"}, nil},
		{[]string{"MY_*"}, []string{"MY_DATA", "MY_SEED"}, []string{"takes in MY_TOKEN"}},
		{[]string{"MY_TOKEN", "GITHUB_PAT", "*", "[", "OTHER"}, []string{"OTHER"}, []string{"name of a secret", "name of a secret", "whole", "no pattern"}},
	} {
		found, refused := Variables(environment, c.more)
		var names []string
		for _, v := range found {
			names = append(names, v.Name)
		}
		if !slices.Equal(names, c.names) || !slices.EqualFunc(refused, c.refused, strings.Contains) {
			t.Errorf("%v: kept %v and refused %v, want %v and %v", c.more, names, refused, c.names, c.refused)
		}
	}
}

func TestVariablesIsBounded(t *testing.T) {
	environment := []string{"LANG=" + strings.Repeat("x", 1<<20) + "\xff"}
	for i := range 1000 {
		environment = append(environment, "NCCL_"+strings.Repeat("A", i)+"=1")
	}
	found, _ := Variables(environment, nil)
	if len(found) != maxVariables || len(found[0].Value) > maxValue+8 {
		t.Errorf("kept %d variables, the first of %d bytes", len(found), len(found[0].Value))
	}
}
