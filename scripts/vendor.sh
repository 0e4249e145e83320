#!/usr/bin/env bash
# Fetches the files of others that the dashboard and its tests need anew, in the
# versions below, and writes their checksums. The files are committed: nothing but
# this script needs npm.
#
#   ./scripts/vendor.sh           fetch, then look at what git diff says
#   ./scripts/vendor.sh --check   compare what is committed with its checksums
#
set -euo pipefail
cd "$(dirname "$0")/.."

pages=views/static/vendor            # served to browsers
tests=views/browsertest/testdata     # used by tests alone

if [ "${1:-}" = --check ]; then
	for folder in "$pages" "$tests"; do
		listed=$(cut -c67- "$folder/SHA256SUMS" | sort)
		there=$(cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort)
		if [ "$listed" != "$there" ]; then
			printf '%s/SHA256SUMS lists other files than there are:\n%s\n' "$folder" "$(diff <(echo "$listed") <(echo "$there") || true)" >&2
			exit 1
		fi
		(cd "$folder" && sha256sum --quiet --strict -c SHA256SUMS)
	done
	exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# take PACKAGE VERSION FOLDER FILE=NAME…: files of a package, under their names here.
take() {
	local package=$1 version=$2 folder=$3
	shift 3
	mkdir "$work/$package"
	(cd "$work/$package" && npm pack --silent "$package@$version" >/dev/null && tar xzf ./*.tgz)
	for pair in "$@"; do
		cp "$work/$package/package/${pair%%=*}" "$folder/${pair##*=}"
	done
}

take htmx.org 4.0.1 "$pages" dist/htmx.min.js=htmx.min.js LICENSE=htmx.LICENSE
take uplot 1.6.32 "$pages" dist/uPlot.iife.min.js=uPlot.iife.min.js dist/uPlot.min.css=uPlot.min.css LICENSE=uPlot.LICENSE
take axe-core 4.14.1 "$tests" axe.min.js=axe.min.js LICENSE=axe.LICENSE LICENSE-3RD-PARTY.txt=axe.LICENSE-3RD-PARTY

for folder in "$pages" "$tests"; do
	(cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
done
