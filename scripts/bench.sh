#!/usr/bin/env bash
# Measures how fast Exprec is, each figure beside a baseline measured in the
# same run and with the peak memory of both. Run it on a quiet machine.
#
#   ./scripts/bench.sh                   about four minutes, needs 5 GB of disk
#   ./scripts/bench.sh --quick           less data, about a minute
#   ./scripts/bench.sh --only snapshot   one section
#   BENCH_DIR=/data ./scripts/bench.sh   on another disk than the temporary folder
set -euo pipefail
cd "$(dirname "$0")/.."

quick=()
all=yes
arguments=()
for argument in "$@"; do
	case $argument in
	--quick) quick=(-quick) ;;
	*) arguments+=("$argument") all= ;;
	esac
done

program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
go build -o "$program/bench" ./scripts/bench
go build -o "$program/exprec" ./cmd/exprec
export PATH="$program:$PATH"

echo "$(go version | cut -d' ' -f3), $(git --version), $(nproc) cores, $(uname -sr), $(date -u +%F)"
echo
"$program/bench" "${quick[@]}" ${BENCH_DIR:+-dir "$BENCH_DIR"} "${arguments[@]}"

# The packages' own benchmarks: what one call costs.
if [ -n "$all" ]; then
	time=1s
	[ ${#quick[@]} -eq 0 ] || time=100ms
	echo
	go test -run '^$' -bench . -benchmem -benchtime "$time" ./gitstore/... ./recorder/... >"$program/benchmarks" || {
		cat "$program/benchmarks"
		exit 1
	}
	grep -E '^(pkg: .*|Benchmark.*)' "$program/benchmarks" || echo 'The packages have no benchmarks.'
fi
