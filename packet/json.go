package packet

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Schema names the form of the JSON. It changes when a key changes its meaning;
// more keys do not change it.
const Schema = "unsent.packet/1"

// json writes the form for machines: keys sorted, one space of indentation, "<",
// ">" and "&" escaped, so that it can stand inside a web page. Without final it
// leaves out what the hash does not cover.
func (k *Packet) json(fields []field, final bool) string {
	all := map[string]any{
		"schema":   Schema,
		"profile":  string(k.profile),
		"complete": map[string]any{"have": k.Complete, "of": 5},
		"quality":  map[string]any{"have": k.Quality, "of": 22},
		"incident": k.in.Incident.ID.String(),
	}
	if lacks := k.lacks(); len(lacks) > 0 {
		all["incomplete"] = lacks
	}
	if k.in.Message != nil {
		all["message"] = k.in.Message.ID.String()
	}
	absent := []any{}
	for _, f := range fields {
		if f.state == missing {
			absent = append(absent, map[string]any{"n": f.n, "field": f.key, "text": f.missing})
		}
		if f.data != nil {
			all[f.key] = f.data
		} else if f.state == notApplicable {
			all[f.key] = map[string]any{"note": strings.Join(f.lines, " ")}
		}
	}
	all["missing"] = absent
	if final {
		all["made"] = stamp(k.in.Made)
		all["sha256"] = k.hash
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	// Everything in it is made of strings, numbers, slices and maps.
	if err := enc.Encode(all); err != nil {
		return ""
	}
	return b.String()
}
