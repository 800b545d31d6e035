#!/bin/sh
# Measures the live checks against a Meta that is pretended on this machine: one
# whose every answer takes 200 ms, and one that never answers. Medians of RUNS.
# Usage: bench/checks.sh [RUNS]
#
# It needs ../shared/tools/ptybench.
set -eu
cd "$(dirname "$0")/.."
tool=../shared/tools/ptybench
[ -d "$tool" ] || { echo "bench/checks.sh: $tool is missing: it measures the console" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

export CGO_ENABLED=0 # as it is built for others
go build -trimpath -ldflags '-s -w' -o "$dir/unsent" .
go build -o "$dir/bench" ./bench
(cd "$tool" && GOFLAGS=-mod=mod go build -o "$dir/ptybench" .)
"$dir/bench" checks -bin "$dir/unsent" -pty "$dir/ptybench" -runs "${1:-5}"
