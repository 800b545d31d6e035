#!/bin/sh
# Measures an import and the start of the console on a database of N rows
# (100,000 unless told). Usage: bench/run.sh [N]
#
# Wall times depend on what else the machine does; the processor times and the
# ratios within one run are the numbers to trust.
set -eu
cd "$(dirname "$0")/.."
n=${1:-100000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

go build -trimpath -ldflags '-s -w' -o "$dir/unsent" .
go build -o "$dir/bench" ./bench
echo "binary        $(wc -c <"$dir/unsent" | awk '{printf "%.1f MB", $1/1e6}'), $(go version | cut -d' ' -f3,4)"

if [ -d ../shared/tools/waloggen ]; then
	(cd ../shared/tools/waloggen && GOFLAGS=-mod=mod go build -o "$dir/waloggen" .) && "$dir/waloggen" -n "$n" -o "$dir/failures.csv"
else
	"$dir/bench" gen -n "$n" -o "$dir/failures.csv"
fi
echo "log           $(wc -c <"$dir/failures.csv" | awk '{printf "%.1f MB", $1/1e6}'), $n rows"
"$dir/bench" import -bin "$dir/unsent" -db "$dir/bench.db" "$dir/failures.csv"
"$dir/bench" frame -bin "$dir/unsent" -db "$dir/bench.db"
