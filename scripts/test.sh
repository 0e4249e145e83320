#!/usr/bin/env bash
# Installs what the tests need and runs all checks and tests.
#
#   ./scripts/test.sh             on Debian (or a relative) with Go and git, as
#                                 root or with sudo; about ten minutes on two cores
#   ./scripts/test.sh PACKAGE…    the same for some packages only
#
# A skipped test is a failure: everything a test needs is installed here.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v go >/dev/null || { echo 'Go is not on PATH, install it from https://go.dev/dl/ first.' >&2; exit 1; }

# Some tests change owners and mount small file systems, which root alone may do.
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo 'Run this as root, or install sudo: some tests need it.' >&2; exit 1; }
	exec sudo env "PATH=$PATH" ${GOPROXY:+"GOPROXY=$GOPROXY"} GOFLAGS=-buildvcs=false "./scripts/test.sh" "$@"
fi
export PATH="$PATH:/usr/sbin:/sbin"

# install COMMAND PACKAGE…: the Debian packages, unless the command is there.
updated=
apt() {
	command -v apt-get >/dev/null || { echo "Install $* by hand, this is no Debian." >&2; exit 1; }
	if [ -z "$updated" ]; then
		apt-get update -qq
		updated=yes
	fi
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
install() {
	local command=$1
	shift
	if ! command -v "$command" >/dev/null; then
		echo "== installing $*"
		apt "$@"
	fi
}

install git git
install gcc gcc libc6-dev # the race detector links with it
install git-lfs git-lfs
install strace strace
install sshd openssh-server
install ssh openssh-client
install mkfs.ext4 e2fsprogs # power is cut from a small disk of its own
install mount mount
install python3 python3
python3 -c 'import ensurepip' 2>/dev/null || apt python3-venv
install node nodejs
chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable; }
chromium >/dev/null || install chromium chromium # the dashboard is tested in it
fc-list 2>/dev/null | grep -q . || apt fonts-dejavu-core
install Rscript r-base-core
# python3 on PATH may be another one than Debian's: then its own pip.
msgpack() { python3 -c 'import msgpack' 2>/dev/null; }
if ! msgpack; then
	echo '== installing msgpack for python3'
	apt python3-msgpack
	msgpack || python3 -m pip install --quiet --root-user-action=ignore msgpack
fi

# Large files are shared with the server with which git-lfs tests itself. No
# package has it, its module does.
lfs=github.com/git-lfs/git-lfs/v3@v3.8.1
echo "== building the server of $lfs"
source=$(go mod download -json "$lfs" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
(cd "$source" && GOFLAGS=-buildvcs=false go build -tags testtools -o /usr/local/bin/lfstest-gitserver t/cmd/lfstest-gitserver.go)

checks=passed
./scripts/check.sh || checks=failed

# A shell has what it starts in the background ignore these, and so would the
# programs that the tests interrupt.
heeding=(env --default-signal=HUP,INT,QUIT)

# The Python tests wait most of the time: they run beside the others.
python=passed
beside=
if [ $# -eq 0 ]; then
	said=$(mktemp)
	trap 'rm -f "$said"' EXIT
	"${heeding[@]}" ./scripts/python.sh >"$said" 2>&1 &
	beside=$!
	# The longest packages first, so that none is at work alone at the end.
	set -- ./recorder ./cmd/exprec ./views ./...
fi

echo '== go test -race'
# A program with the race detector sleeps a second before it exits, and the tests
# start thousands of them.
export GORACE="${GORACE:-atexit_sleep_ms=20}"
# Tests wait for disks, programs and each other: a package more than there are
# processors keeps these busy. vet is among the checks.
tests=passed
"${heeding[@]}" go test -race -count=1 -timeout 15m -p $(($(nproc) + 1)) -vet=off -ldflags=-w -json "$@" |
	go run ./scripts/testreport || tests=failed

if [ -n "$beside" ]; then
	wait "$beside" || python=failed
	cat "$said"
fi

echo "checks $checks, tests $tests, Python $python"
[ "$checks$tests$python" = passedpassedpassed ]
