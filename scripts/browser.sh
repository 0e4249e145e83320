#!/usr/bin/env bash
# Runs the tests that drive a browser, and takes the pictures of the dashboard anew.
#
#   ./scripts/browser.sh              the tests of views in Chromium
#   ./scripts/browser.sh --pictures   the pictures in views/pictures, from the real
#                                     runs of exprec demo
#
# Needs Go, git and Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD

if [ "${1:-}" != --pictures ]; then
	export EXPREC_BROWSER=full # the usual tests look at fewer pages
	exec go test -count=1 ./views/... "$@"
fi

work=$(mktemp -d)
server=
finish() {
	[ -z "$server" ] || kill -INT "$server" || true
	# The training that goes on ends when its project is gone.
	until rm -rf "$work" 2>/dev/null; do sleep 0.2; done
}
trap finish EXIT

go build -o "$work/" ./cmd/exprec ./scripts/pictures
mkdir "$work/home"
export HOME=$work/home # so that the page shows a short path
PATH=$work:$PATH
git config --global user.name Ada # whose words the notes are
git config --global user.email ada@example.org
cd "$HOME"
echo '== recording the demo'
TMPDIR=$HOME exprec demo --no-serve >"$work/tour" 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
mv "$(sed -n 's/^  cd //p' "$work/tour")" "$HOME/digits"
cd digits
exprec serve --port 0 >"$work/address" 2>/dev/null &
server=$!
until grep -q '^http' "$work/address"; do sleep 0.05; done

run() { exprec list "name=$1" --jsonl -n 1 | sed 's/.*"id": *"\([0-9a-f]\{8\}\).*/\1/'; }
wide=$(run wide)
compared="/compare?run=$(run baseline)&run=$(run sgd)&run=$(run fast)&run=$wide"
exprec edit "$wide" --title 'wide: 128 hidden units' \
	--description 'Does a **wider** layer help, with all else as in `baseline`?' \
	--conclusion 'Yes: fewer mistakes, for more time.' >/dev/null

echo '== taking pictures'
mkdir -p "$here/views/pictures"
pictures "$(head -1 "$work/address")" "$here/views/pictures" \
	"runs=/=1440x860" \
	"run=/runs/$wide=1440x1000=dark" \
	"charts=/runs/$wide/charts=1440x860" \
	"compare=$compared=1440x960" \
	"phone=/runs/$wide=390x844"
ls -l "$here/views/pictures"
