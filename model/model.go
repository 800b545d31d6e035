// Package model is the vocabulary of unsent: a failed message, the incident it
// belongs to, what was found out about it, what was done. Every other package
// speaks in these words; this one knows none of them and imports only the
// standard library.
//
// One file per noun. Enumerations are typed strings, so that they read the same
// in Go, in SQL and in JSON, and the zero value of each type means something.
// Text fields hold what a file or an answer said: they are untrusted. Whoever
// shows them passes them through package safe first.
package model
