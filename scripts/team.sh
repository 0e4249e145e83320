#!/usr/bin/env bash
# Has five clones over ssh and http share runs for 200 rounds, with kills in
# between, and wants all of them to end with the same. Takes some minutes; a
# quick form of it is in the tests.
#
#   ./scripts/team.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
go test -count=1 -timeout 60m -run '^TestTeam$' -v ./cmd/exprec -rounds "${1:-200}"
