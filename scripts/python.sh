#!/usr/bin/env bash
# Checks and tests the Python package, in an environment of its own.
#
#   ./scripts/python.sh             everything, some minutes
#   ./scripts/python.sh -k output   arguments are pytest's
#
# Needs python3 with venv, Go and git, and root for a test that fills a disk.
# A skipped test is a failure.
set -euo pipefail
cd "$(dirname "$0")/../python"

env="${XDG_CACHE_HOME:-$HOME/.cache}/exprec/python-tests"
wanted=$(python3 -V; cat tests/requirements.txt)
if [ "$(cat "$env/installed" 2>/dev/null)" != "$wanted" ]; then
	echo '== installing what the Python tests need'
	python3 -m venv --clear "$env"
	"$env/bin/pip" install --quiet --disable-pip-version-check -r tests/requirements.txt
	printf '%s\n' "$wanted" >"$env/installed"
fi

echo '== mypy'
"$env/bin/python" -m mypy

echo '== pytest'
"$env/bin/python" -m pytest "$@"
