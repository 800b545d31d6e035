#!/bin/sh
# Measures the console on a database of N messages (1,000,000 unless told) beside
# the least program of the same framework: ratios of what ran in turn.
# Usage: bench/ui.sh [N]
#        bench/ui.sh -db FILE [LOG]    with a database that is there, and its log
#
# It needs ../shared/tools, where the two programs that it measures with are.
set -eu
cd "$(dirname "$0")/.."
tools=../shared/tools
for t in ptybench hellotea; do
	if [ ! -d "$tools/$t" ]; then
		echo "bench/ui.sh: $tools/$t is missing: it holds a program that this measures with" >&2
		exit 1
	fi
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

export CGO_ENABLED=0 # as it is built for others
go build -trimpath -ldflags '-s -w' -o "$dir/unsent" .
go build -o "$dir/bench" ./bench
for t in ptybench hellotea; do
	(cd "$tools/$t" && GOFLAGS=-mod=mod go build -o "$dir/$t" .)
done
if [ "${1-}" = -db ]; then
	db=$2 log=${3-}
else
	n=${1:-1000000} db=$dir/bench.db log=$dir/failures.csv
	if [ -d "$tools/waloggen" ]; then
		(cd "$tools/waloggen" && GOFLAGS=-mod=mod go build -o "$dir/waloggen" .) && "$dir/waloggen" -n "$n" -o "$log"
	else
		"$dir/bench" gen -n "$n" -o "$log"
	fi
	"$dir/unsent" import --db "$db" "$log"
fi
set -- -bin "$dir/unsent" -pty "$dir/ptybench" -hello "$dir/hellotea" -db "$db"
if [ -n "$log" ]; then
	set -- "$@" -log "$log"
fi
if ! command -v lnav >/dev/null; then
	echo "lnav is not installed and is left out"
elif [ -n "$log" ]; then
	set -- "$@" -lnav "$log"
fi
"$dir/bench" ui "$@"
