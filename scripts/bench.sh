#!/usr/bin/env bash
# Measures how fast Exprec is, each figure beside a baseline measured in the
# same run and with the peak memory of both. Run it on a quiet machine.
#
#   ./scripts/bench.sh                   about four minutes, needs 5 GB of disk
#   ./scripts/bench.sh --quick           less data, about a minute
#   ./scripts/bench.sh --only snapshot   one section
#   ./scripts/bench.sh --peers           the Python package, beside the peers that python3 can import
#   BENCH_DIR=/data ./scripts/bench.sh   on another disk than the temporary folder
set -euo pipefail
cd "$(dirname "$0")/.."

quick=()
all=yes
peers=
arguments=()
for argument in "$@"; do
	case $argument in
	--quick) quick=(-quick) ;;
	--peers) peers=yes ;;
	*) arguments+=("$argument") all= ;;
	esac
done

program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
go build -o "$program/exprec" ./cmd/exprec
export PATH="$program:$PATH"

echo "$(go version | cut -d' ' -f3), $(git --version), $(nproc) cores, $(uname -sr), $(date -u +%F)"
echo
if [ -n "$peers" ]; then
	export PYTHONPATH="$PWD/python"
	TMPDIR="${BENCH_DIR:-${TMPDIR:-/tmp}}"
	export TMPDIR
	python3 python/bench.py
	echo
	python3 python/peers.py
	exit
fi
go build -o "$program/bench" ./scripts/bench
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
