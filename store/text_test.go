package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// packed is a block of texts as the database has it.
func packed(texts []text) (head, body []byte) {
	var b block
	b.begin(7)
	for i := range texts {
		b.add(&texts[i])
	}
	return b.pack()
}

func TestTextsComeBack(t *testing.T) {
	var texts []text
	for i := range 3 * blockTexts {
		x := text{facts: fmt.Append(nil, "facts ", i), raw: strings.Repeat("row ", i)}
		switch i % 4 {
		case 1:
			x.request = "request"
		case 2:
			x.response, x.facts = "response", nil
		case 3:
			x = text{gone: true}
		}
		texts = append(texts, x)
	}
	for _, full := range []bool{true, false} {
		head, body := packed(texts)
		if !full {
			body = nil
		}
		got, err := unpack(head, body)
		if err != nil || len(got) != len(texts) {
			t.Fatalf("%d texts, %v", len(got), err)
		}
		for i, want := range texts {
			if !full {
				want.request, want.response, want.raw = "", "", ""
			}
			if g := got[i]; string(g.facts) != string(want.facts) || g.request != want.request || g.response != want.response || g.raw != want.raw || g.gone != want.gone {
				t.Errorf("text %d is %+v, not %+v", i, g, want)
			}
		}
	}
}

func TestOwners(t *testing.T) {
	got, err := unpackOwners(packOwners([]owner{{0, 5}, {2, 3}, {3, 1 << 40}}, 5))
	if want := []int64{5, 5, 3, 1 << 40, 1 << 40}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, not %v", got, err, want)
	}
	if _, err := unpackOwners([]byte{0x80}); err == nil {
		t.Error("half a number is no error")
	}
}

// A block of a few kilobytes may claim to have millions of texts, each of which
// would take ten times the memory that it takes here.
func TestBlockOfTooManyTexts(t *testing.T) {
	texts := make([]text, maxTexts+1)
	for i := range texts {
		texts[i].gone = true
	}
	head, body := packed(texts)
	if got, err := unpack(head, body); err == nil {
		t.Errorf("%d bytes are %d texts", len(head)+len(body), len(got))
	}
	head, body = packed(texts[1:])
	if got, err := unpack(head, body); err != nil || len(got) != maxTexts {
		t.Errorf("%d texts, %v", len(got), err)
	}
}

// A database that somebody was sent may have anything in a block.
func FuzzUnpack(f *testing.F) {
	head, body := packed([]text{{facts: []byte("facts"), raw: "row"}, {gone: true}, {request: "request"}})
	f.Add(head, body)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f}, []byte{})
	f.Fuzz(func(t *testing.T, head, body []byte) {
		texts, err := unpack(head, body)
		if err != nil {
			return
		}
		size := 0
		for _, x := range texts {
			size += len(x.facts) + len(x.request)
		}
		if size > maxBlock {
			t.Errorf("%d bytes out of %d", size, len(head)+len(body))
		}
	})
}
