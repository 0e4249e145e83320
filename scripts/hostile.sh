#!/usr/bin/env bash
# Has remotes flood, bomb and be killed beside, with larger numbers than the
# usual tests do: bombs of a gigabyte, a million refs, a flood of refs until
# memory ends it, 100 kills of a push and of a fetch. Takes two minutes and more.
#
#   ./scripts/hostile.sh
set -euo pipefail
cd "$(dirname "$0")/.."

export EXPREC_HOSTILE=full

# attack PACKAGE TESTS ARGUMENTS…: the tests of a package whose names match.
attack() {
	local package=$1 tests=$2
	shift 2
	echo "== $package $tests"
	go test -count=1 -timeout 30m -run "$tests" -json "$package" "$@" | go run ./scripts/testreport
}

attack ./gitstore '^TestHostile(Servers|Listings)'
attack ./recorder '^TestFetch(OfBombs|FromAmongManyRefs|OnAFullDisk)$|^TestRemotesRewriteRuns$'
attack ./cmd/exprec '^TestKilledExchanges$' -kills 100
