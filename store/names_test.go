package store

import (
	"fmt"
	"strings"
	"testing"
)

// What is asked for again and again stays, whatever comes between; what is not goes,
// and so does what is long.
func TestMemory(t *testing.T) {
	var r register
	r.hasher = newHasher()
	often := r.name("often")
	for i := range 5 * remembered {
		r.name(fmt.Sprint("once ", i))
		if i%100 == 0 && r.name("often") != often {
			t.Fatalf("forgotten after %d others", i)
		}
	}
	if n := len(r.names.newer) + len(r.names.older); n > 2*remembered {
		t.Errorf("%d are remembered", n)
	}
	for i := range 10 {
		r.phrase(&wording{message: fmt.Sprint(i, strings.Repeat(" long", longestNamed))})
	}
	if n := len(r.phrases.newer); n != 0 {
		t.Errorf("%d long ones are remembered", n)
	}
	if n := r.name(""); n.value != "" || n.sum != (hash128{}) {
		t.Errorf("nothing is %+v", n)
	}
}
