#!/usr/bin/env bash
# Kills, and lets the disk fail, at every moment at which a file is changed, and
# proves each time that nothing is lost and everything works again. The usual
# tests do the same at some of these moments. Takes about ten minutes.
#
#   ./scripts/crash.sh
set -euo pipefail
cd "$(dirname "$0")/.."

export EXPREC_CRASH=full

# sweep PACKAGE TESTS: the tests of a package whose names match.
sweep() {
	echo "== $1"
	go test -count=1 -timeout 30m -run "$2" -json "$1" | go run ./scripts/testreport
}

sweep ./gitstore 'Killed|Failing|Synced|Beside'
sweep ./recorder 'Killed|KillLoses|FullDisk|SpaceBeside|Capture'
sweep ./recorder/internal/journal 'Kill|Power|Full'
sweep ./examples/digits 'Killed'

# Histories of many people, and of runs that are sealed while they log.
echo '== ./recorder, 100 histories'
go test -count=1 -timeout 30m -run 'ShareConverges|NoPointIsLost' -rapid.checks=100 -json ./recorder | go run ./scripts/testreport
