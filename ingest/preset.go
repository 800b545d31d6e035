package ingest

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"sort"
	"strings"
	"sync"
)

//go:embed formats/*.json
var formatFiles embed.FS

// A preset is what is known of one system's export beyond what its headers say.
// It is used for a file that has all of its headers, whatever the file is called.
type preset struct {
	Name      string   // of the format, "twilio-console"
	System    string   // of the source, "twilio"
	About     string   // what the file is
	Source    string   // where its form is documented
	Certainty string   // A: the vendor's page lists it; B: code that writes or reads it
	Headers   []string // all must be there, as headerKey leaves them

	Map      map[string][]string          // our field -> headers, best first
	Ignore   []string                     // headers that would be taken for something else
	Codes    string                       // whose numbers a column of codes holds: "meta" or a vendor
	FailedBy string                       `json:"failed_by"` // "failed_at": failed when that column is filled
	Words    map[string]map[string]string // "status", "direction" or "code": the word in the file -> one that is known; a code that is none: "none"

	Sample []string         // lines of an invented file
	Want   []map[string]any // the records it must become

	fields map[string]headerField
}

// presets are all of them, those with most headers first: of two that fit, the
// one that asks for more is the right one.
var presets = sync.OnceValue(func() []*preset {
	entries, err := formatFiles.ReadDir("formats")
	if err != nil {
		panic("ingest: formats: " + err.Error())
	}
	var list []*preset
	for _, e := range entries {
		data, err := formatFiles.ReadFile(path.Join("formats", e.Name()))
		if err != nil {
			panic("ingest: formats: " + err.Error())
		}
		p := &preset{fields: map[string]headerField{}}
		if err := json.Unmarshal(data, p); err != nil {
			panic(fmt.Sprintf("ingest: formats/%s: %v", e.Name(), err))
		}
		for name, headers := range p.Map {
			f := fieldNamed(name)
			if f == fNone {
				panic(fmt.Sprintf("ingest: formats/%s: no field is called %q", e.Name(), name))
			}
			for i, h := range headers {
				p.fields[headerKey(h)] = headerField{f, i - len(headers)}
			}
		}
		for _, h := range p.Ignore {
			p.fields[headerKey(h)] = headerField{fOther, 0}
		}
		list = append(list, p)
	}
	sort.SliceStable(list, func(i, j int) bool { return len(list[i].Headers) > len(list[j].Headers) })
	return list
})

// presetFor is the format that a set of header keys belongs to; nil for none.
func presetFor(keys map[string]bool) *preset {
next:
	for _, p := range presets() {
		for _, h := range p.Headers {
			if !keys[headerKey(h)] {
				continue next
			}
		}
		return p
	}
	return nil
}

// word is what a value of a column means in this format.
func (p *preset) word(column, value string) (string, bool) {
	if p == nil {
		return "", false
	}
	words := p.Words[column]
	if words == nil {
		return "", false
	}
	w, ok := words[strings.ToLower(value)]
	return w, ok
}
