#!/bin/bash
# A run of a shell script: ./train.sh [steps]. Without exprec on PATH it runs as well.
exec 3>&1 4>&2
eval "$(exprec begin --stdout 3 -- "$0" "$@")"
trap 'code=$?; exec >&3 2>&4; exprec end --exit $code' EXIT
log() { echo "{\"at\": ${EPOCHREALTIME/,/.}, $1}" >>"${EXPREC_JOURNAL:-/dev/null}"; }

steps=${1:-5}
log "\"params\": {\"steps\": $steps, \"shell\": \"$BASH_VERSION\"}"
for ((step = 0; step < steps; step++)); do
  loss=$(awk "BEGIN { print 1 / ($step + 1) }")
  log "\"scalars\": {\"loss\": $loss}, \"s\": $step"
  echo "step $step loss $loss"
done
