package ingest

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"unsent/model"
)

//go:embed vendor.json
var vendorFile []byte

// vendors are the systems whose codes are their own, each with those that it
// says are one of Meta's.
var vendors = sync.OnceValue(func() map[string]map[string]model.Code {
	var f struct {
		Systems map[string]struct {
			Codes map[string]struct{ Meta int }
		}
	}
	if err := json.Unmarshal(vendorFile, &f); err != nil {
		panic("ingest: vendor.json: " + err.Error()) // compiled in; a test reads it
	}
	m := map[string]map[string]model.Code{}
	for name, s := range f.Systems {
		m[name] = map[string]model.Code{}
		for code, t := range s.Codes {
			m[name][code] = model.Code(strconv.Itoa(t.Meta))
		}
	}
	return m
})

// metaSystems hand Meta's codes through unchanged.
var metaSystems = map[string]bool{
	"cloud-api": true, "meta": true, "whatsapp": true, "360dialog": true, "wati": true, "connectly": true, "ycloud": true, "chatwoot": true, "kapso": true, "aws": true,
}

// translate is the one code of Meta's that a system's own code means.
func translate(v model.Vendor) (model.Code, bool) {
	c, ok := vendors()[v.System][v.Code]
	return c, ok
}

// vendorNamed is the system that a word such as "Twilio" names.
func vendorNamed(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, ok := vendors()[s]; ok || metaSystems[s] {
		return s, true
	}
	return "", false
}
