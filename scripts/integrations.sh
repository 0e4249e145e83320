#!/usr/bin/env bash
# Trains with the real PyTorch, Lightning and transformers on the CPU, and asserts
# what the runs hold. Downloads some gigabytes the first time.
#
#   ./scripts/integrations.sh              everything, about two minutes once installed
#   ./scripts/integrations.sh -k torchrun  arguments are pytest's
#
# Needs python3 with venv, Go, git and 8 GB of disk; no GPU. A skipped test is a failure.
set -euo pipefail
cd "$(dirname "$0")/../python"

env="${XDG_CACHE_HOME:-$HOME/.cache}/exprec/integrations"
wanted=$(python3 -V; cat integrations/requirements.txt)
if [ "$(cat "$env/installed" 2>/dev/null)" != "$wanted" ]; then
	echo '== installing PyTorch, Lightning and transformers'
	python3 -m venv --clear "$env"
	"$env/bin/pip" install --quiet --disable-pip-version-check -r integrations/requirements.txt
	printf '%s\n' "$wanted" >"$env/installed"
fi

"$env/bin/python" -c 'import torch, lightning, transformers
print(f"== torch {torch.__version__}, lightning {lightning.__version__}, transformers {transformers.__version__}")'
HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 CUDA_VISIBLE_DEVICES='' OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" \
	"$env/bin/python" -m pytest -p tests.conftest integrations "$@"
