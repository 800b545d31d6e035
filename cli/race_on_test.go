//go:build race

package cli_test

// raced: the race detector makes the database some thirty times slower.
const raced = true
