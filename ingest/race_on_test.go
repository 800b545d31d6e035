//go:build race

package ingest

// raced: the race detector makes reading some ten times slower.
const raced = true
