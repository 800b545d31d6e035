//go:build race

package store

// raced: the race detector makes the database some thirty times slower.
const raced = true
