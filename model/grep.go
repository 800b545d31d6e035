package model

// GrepMin is how many characters a text must have at least to be looked for in
// all texts: fewer stand in nearly every one.
const GrepMin = 3

// A Grep is how far a look through all texts has come, and what it has found
// since it told last.
type Grep struct {
	Found     []Failure // without payloads, the last loaded first
	Done, All int64     // places of texts that are looked through, and all
	Next      int64     // where another look would go on
}
