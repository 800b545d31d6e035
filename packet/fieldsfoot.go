package packet

import (
	"fmt"
	"slices"
	"strings"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
)

// Fields 20 to 22: whom to ask, what was masked, what made it.

func (k *Packet) contact(detail) field {
	f := field{key: "contact", label: "CONTACT", missing: "nobody is named whom the receiver may ask"}
	if k.profile == Public {
		f.state = notApplicable
		f.lines = []string{"Left out of a public packet."}
		return f
	}
	data := map[string]any{}
	// The agent's own address is meant to be read, so only secrets go.
	if c, _ := safe.Redact(k.in.Contact, k.mask.literal...); strings.TrimSpace(c) != "" {
		c = cut(strings.Join(strings.Fields(safe.Line(c)), " "), 120)
		f.say("%s", c)
		data["contact"] = c
	}
	if t, _ := safe.Redact(k.in.Ticket, k.mask.literal...); strings.TrimSpace(t) != "" {
		t = cut(strings.Join(strings.Fields(safe.Line(t)), " "), 60)
		f.say("ticket %s", t)
		data["ticket"] = t
	}
	if l, ok := k.local(k.in.Incident.Last); ok && f.state == given && !k.in.Incident.Last.IsZero() {
		zone := l.Format("-07:00")
		f.say("time zone UTC%s", zone)
		data["utc_offset"] = zone
	}
	f.data = data
	return f
}

// redaction says what the reader does not see, and what the labels in the other
// fields stand for.
func (k *Packet) redaction(others []field, d detail) field {
	f := field{key: "redaction", label: "MASKED"}
	f.say("%s.", k.Counter())
	data := map[string]any{"profile": string(k.profile), "summary": k.Counter()}
	switch k.profile {
	case Internal:
		f.say("Phone numbers are shown; names and texts are masked.")
	case Public:
		f.say("Numbers, names, texts and the business's ids are masked, message ids as well: they contain the number.")
	default:
		f.say("Numbers, names and texts are masked; we can give any of them in this ticket when asked by label.")
	}
	used := map[string]bool{}
	for i := range others {
		for _, s := range others[i].strings() {
			for _, label := range recipientForm().FindAllString(s, -1) {
				used[label] = true
			}
		}
	}
	var rows []any
	for i, p := range k.mask.people {
		label := fmt.Sprintf("recipient#%d", i+1)
		if !used[label] || len(rows) >= d.legend {
			continue
		}
		says := k.describe(p)
		f.lines = append(f.lines, label+" is "+says)
		rows = append(rows, map[string]any{"label": label, "is": says})
	}
	if more := len(used) - len(rows); more > 0 {
		f.lines = append(f.lines, fmt.Sprintf("%d more recipients", more))
	}
	if rows != nil {
		data["recipients"] = rows
	}
	f.data = data
	return f
}

var recipientForm = model.Pattern(`recipient#\d+`)

// strings is everything that a field shows.
func (f *field) strings() []string {
	out := slices.Concat(f.head, f.lines, f.exact)
	for _, row := range f.table {
		out = append(out, row...)
	}
	for _, p := range f.pre {
		out = append(out, p.text)
	}
	return out
}

// describe tells of a number what a receiver may need: where it belongs, how
// long it is, how it was written.
func (k *Packet) describe(p person) string {
	var parts []string
	code, where := safe.Country(p.digits)
	switch {
	case code == "":
		parts = append(parts, "a number without a known country code")
	case k.profile == Public:
		parts = append(parts, "+"+code+" ...", where)
	default:
		parts = append(parts, safe.MaskPhone(p.digits), where)
	}
	parts = append(parts, plural(len(p.digits), "digit"))
	if strings.Trim(p.shape, "+d") != "" {
		parts = append(parts, "written "+p.shape)
	}
	if p.flag != "" {
		parts = append(parts, safe.Line(string(p.flag)))
	}
	return strings.Join(parts, ", ")
}

// origin is what made the packet. The hash is added where it is known.
func (k *Packet) origin(detail) field {
	f := field{key: "origin", label: "MADE BY"}
	version := cut(strings.TrimSpace(safe.Line(k.in.Version)), 60)
	if version == "" {
		version = "(version unknown)"
	}
	f.say("unsent %s, knowledge base %s", version, kb.Version())
	data := map[string]any{"program": "unsent " + version, "knowledge_base": kb.Version()}
	if m := k.in.Match; m.Known {
		line := "article " + m.Article.ID
		if m.Article.Checked != "" {
			line += ", facts checked " + m.Article.Checked
		}
		f.say("%s; %s", line, k.prose(m.Why, 160))
		data["article"] = m.Article.ID
	} else if m.Why != "" {
		f.say("%s", k.prose(m.Why, 160))
	}
	f.data = data
	return f
}
