#!/usr/bin/env bash
# Runs every fuzz target for a while, one after the other.
#
#   ./scripts/fuzz.sh [SECONDS [PACKAGE…]]     default: 60 seconds each, all packages
#
# An input that fails is written to testdata/fuzz beside its target: commit it
# with the fix, it is a test from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- ./...

failed=()
ran=0
for package in $(go list "$@"); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target"
		ran=$((ran + 1))
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" "$package" || failed+=("$package $target")
	done
done

echo "$ran targets fuzzed for $seconds s each, ${#failed[@]} failed"
if [ "${#failed[@]}" -gt 0 ]; then
	printf '  %s\n' "${failed[@]}"
	exit 1
fi
[ "$ran" -gt 0 ]
