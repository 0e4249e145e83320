#!/usr/bin/env bash
# Has five clones over ssh and https share runs for 200 rounds, with clocks that
# differ and kills in between, and wants all of them to end with the same and no
# word to be lost. Takes some six minutes; a quick form of it is in the tests. What
# is done follows from the seed, which is printed; when it is done does not.
#
#   ./scripts/team.sh [ROUNDS [SEED]]
set -euo pipefail
cd "$(dirname "$0")/.."
go test -count=1 -timeout 180m -run '^TestTeam$' -v ./cmd/exprec -rounds "${1:-200}" -seed "${2:-0}" -skew
