package redact

import (
	"slices"
	"strings"
	"testing"
)

func TestArgsMasksSecrets(t *testing.T) {
	const canary = "CANARY42"
	for _, args := range [][]string{
		{"--token=" + canary},
		{"--token", canary},
		{"-api-key", canary},
		{"--db.password=" + canary},
		{"PASSWORD=" + canary},
		{"AWS_SECRET_ACCESS_KEY=" + canary},
		{"https://user:" + canary + "@host/repo.git"},
		{"--url=postgres://u:" + canary + "@db/x"},
		{"ghp_" + strings.Repeat(canary, 5)},
		{"PGPASSWORD=" + canary},
		{"bash", "-c", "export API_TOKEN='" + canary + "'; python train.py --password " + canary + " --lr 0.1"},
		{"curl", "-H", "Authorization: Bearer " + canary + canary + "x"},
		{"--config={\"api_key\": \"" + canary + "\"}"},
		{"--url=https://host/x?a=1&token=" + canary},
		{"+db.password=" + canary},
	} {
		if got := strings.Join(Args(args), " "); strings.Contains(got, canary) {
			t.Errorf("Args(%q) = %q, which still holds the secret", args, got)
		}
	}
}

func TestArgsKeepsWhatIsNoSecret(t *testing.T) {
	for _, args := range [][]string{
		{"train", "--lr", "0.1", "--tokenizer=bpe", "--max-tokens=128"},
		{"--monkey=1", "--author=x"},
		{"--token", "--verbose"},
		{"--pad_token", "0", "--token-dim=64", "--num_tokens=3", "model.eos_token_id=2"},
		{"bash", "-c", "echo the token is there; python train.py --lr 0.1 -p 3"},
		{"python", "-c", "tokens = text.split(); auth = 1"},
	} {
		if got := Args(args); !slices.Equal(got, args) {
			t.Errorf("Args(%q) = %q, want it unchanged", args, got)
		}
	}
}

func TestURL(t *testing.T) {
	for address, want := range map[string]string{
		"https://u:p@host/a.git":     "https://host/a.git",
		"https://host/a.git":         "https://host/a.git",
		"ssh://git@host:22/a.git":    "ssh://git@host:22/a.git",
		"ssh://git:pw@host:22/a.git": "ssh://git@host:22/a.git",
		"git@host:team/a.git":        "git@host:team/a.git",
		"/srv/a.git":                 "/srv/a.git",
	} {
		if got := URL(address); got != want {
			t.Errorf("URL(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestFile(t *testing.T) {
	secret := []string{".env", "a/.env.local", "id_rsa", "deploy/ID_ED25519", "x.pem", "server.key", "home/.ssh/config",
		".aws/credentials", "credentials.json", "kubeconfig", ".netrc", "a/b/.git-credentials", "kaggle.json", "my.kdbx"}
	for _, name := range secret {
		if File(name) == "" {
			t.Errorf("File(%q) takes a file of secrets", name)
		}
	}
	for _, name := range []string{"train.py", ".env.example", "keys.py", "environment.yml", "monkey.txt", "id_rsa.pub", "keystore.go"} {
		if reason := File(name); reason != "" {
			t.Errorf("File(%q) = %q, want it taken", name, reason)
		}
	}
}

func TestContent(t *testing.T) {
	for _, secret := range []string{
		"-----BEGIN OPENSSH PRIVATE KEY-----\nabc", "x = 'AKIAIOSFODNN7EXAMPLE'", "token: ghp_" + strings.Repeat("a1", 18),
		"glpat-" + strings.Repeat("x", 20), "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl",
	} {
		if Content([]byte("import os\n"+secret+"\n")) == "" {
			t.Errorf("Content takes %q", secret)
		}
	}
	for _, harmless := range []string{"", "lr = 0.1", "mask-rcnn", "task-specific-model-for-speech", "the AKIA prefix", "hf_hub", "-----BEGIN PUBLIC KEY-----"} {
		if reason := Content([]byte(harmless)); reason != "" {
			t.Errorf("Content(%q) = %q", harmless, reason)
		}
	}
}
