#!/bin/sh
# Measures imports of N rows (1,000,000 unless told) beside the sqlite3 shell,
# which imports the same file into a table with five indexes: medians of pairs
# that ran in turn. Usage: bench/shell.sh [N [PAIRS]]
#
# It needs sqlite3, ../shared/tools/waloggen, and memory for two databases.
set -eu
cd "$(dirname "$0")/.."
n=${1:-1000000} pairs=${2:-5} tool=../shared/tools/waloggen
command -v sqlite3 >/dev/null || { echo "bench/shell.sh: sqlite3 is not installed" >&2; exit 1; }
[ -d "$tool" ] || { echo "bench/shell.sh: $tool is missing: it writes the logs that this measures with" >&2; exit 1; }
memory=/dev/shm
[ -d "$memory" ] || memory=${TMPDIR:-/tmp}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

export CGO_ENABLED=0 # as it is built for others
go build -trimpath -ldflags '-s -w' -o "$dir/unsent" .
go build -o "$dir/bench" ./bench
(cd "$tool" && GOFLAGS=-mod=mod go build -o "$dir/waloggen" .)
"$dir/waloggen" -n $((n / 100)) -o "$dir/a hundredth.csv"
"$dir/waloggen" -n $((n / 10)) -o "$dir/a tenth.csv"
"$dir/waloggen" -n "$n" -o "$dir/all.csv"
"$dir/waloggen" -n "$n" -dirty 0.005 -o "$dir/all, damaged.csv"
"$dir/bench" shell -bin "$dir/unsent" -dir "$memory" -pairs "$pairs" -dirty "$dir/all, damaged.csv" "$dir/a hundredth.csv" "$dir/a tenth.csv" "$dir/all.csv"
UNSENT_BENCH_ROWS=$n TMPDIR=$memory go test ./store -run '^$' -bench 'BenchmarkImport$' -benchtime 1x
