#!/usr/bin/env bash
# The quick checks: form, vet on three systems, staticcheck, generated code, what
# pages may not hold, the files of others.
# Needs Go and git; takes about a minute, seconds when the build cache is warm.
set -euo pipefail
cd "$(dirname "$0")/.."

staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

# As the tests build programs: packages are compiled once for both.
export CGO_ENABLED=0

step() { printf '== %s\n' "$*"; }

step gofmt
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	printf 'Not formatted, run gofmt -w on:\n%s\n' "$unformatted" >&2
	exit 1
fi

for system in linux darwin windows; do
	step "go vet ($system)"
	GOOS=$system go vet ./...
done

step "staticcheck (${staticcheck##*@})"
go run "$staticcheck" ./...

# Only where there are templates: their generated code is committed, and a
# fresh generation must give the same bytes.
if [ -n "$(find . -name '*.templ' -print -quit)" ]; then
	step "generated code"
	generated() { find . -name '*_templ.go' -print0 | sort -z | xargs -0 -r sha256sum; }
	before=$(generated)
	go tool templ generate >/dev/null
	if [ "$(generated)" != "$before" ]; then
		echo 'The generated code was out of date, commit what "go tool templ generate" has just written.' >&2
		exit 1
	fi
fi

if [ -n "$(find . -name '*.templ' -print -quit)" ]; then
	step "templ fmt"
	go tool templ fmt -fail -log-level error .

	# The pages' policy runs nothing that stands in them. What would be blocked
	# there is an error here.
	step "no inline style or script"
	if grep -rnE --include='*.templ' -e '(^|[[:space:]{"])style=' -e '<style' -e '<script[^>]*>[^<]' -e 'hx-on' -e '[[:space:]"]js:' -e 'javascript:' \
		-e '[[:space:]]on[a-z]+=' -e '^(css|script) ' -e 'templ\.(JSFuncCall|JSExpression|ComponentScript)' . >&2; then
		echo 'The lines above put style or script into a page, where it is not run.' >&2
		exit 1
	fi
fi

step "files of others"
./scripts/vendor.sh --check
