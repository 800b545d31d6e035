package model

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression that is compiled when it is first looked for; it
// panics then when it is none. Compiling all that the program may need would take
// a millisecond of every start, and most runs need few. It may be called at any time
// from any goroutine.
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
