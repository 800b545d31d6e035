package packet

import (
	"fmt"
	"strings"

	"unsent/model"
	"unsent/safe"
)

// Fields 9 to 12: what was sent, what came back, and the ids to trace it by.

// requests is item P1.
func (k *Packet) requests(d detail) field {
	f := field{key: "requests", label: "REQUEST", lack: "no request payload",
		missing: "not in the log; paste the request, or ask the CRM's developer for one that failed"}
	var found []payload
	rejected := 0
	for i := range k.in.Samples {
		s := k.in.Samples[i].Request
		if strings.TrimSpace(s) == "" {
			continue
		}
		if p := k.mask.payload(s, false); p.OK {
			found = append(found, p)
		} else {
			rejected++
		}
	}
	if rejected > 0 && len(found) == 0 {
		f.missing = "the log's request column holds text and no payload; paste the request, or ask the CRM's developer for one that failed"
	}
	k.show(&f, found, d, "personal data masked")
	return f
}

// responses is item P2.
func (k *Packet) responses(d detail) field {
	f := field{key: "responses", label: "RESPONSE", lack: "no complete error response",
		missing: "the answer itself is not in the log; ask the CRM's developer for the whole body of one failed call or webhook"}
	var found []payload
	var columns string
	all := false
	for i := range k.in.Samples {
		s := &k.in.Samples[i]
		text := s.Response
		if strings.TrimSpace(text) == "" && strings.HasPrefix(strings.TrimSpace(s.Raw), "{") && strings.Contains(s.Raw, `"error`) {
			text = s.Raw
		}
		if strings.TrimSpace(text) != "" {
			p := k.mask.payload(text, true)
			p.OK = p.Text != "" // an answer may be any text, "Bad Gateway" as well
			found = append(found, p)
			continue
		}
		if c, complete := k.columns(s); c != "" && (columns == "" || complete && !all) {
			columns, all = c, complete
		}
	}
	if len(found) > 0 {
		k.show(&f, found, d, "as it came, personal data masked")
		return f
	}
	if columns == "" {
		return f
	}
	note := "from the log's columns, not the answer itself"
	if all {
		f.state = given
		note = "from the log's columns; an error that comes by webhook has no more than this"
	}
	f.pre = []verbatim{{note: note, text: cut(columns, d.payload)}}
	f.data = []any{map[string]any{"note": note, "text": cut(columns, d.payload)}}
	return f
}

// columns writes an error as the log's columns have it. Complete is true when
// that is all that a webhook's error holds: code, title or message, and details.
func (k *Packet) columns(s *model.Failure) (text string, complete bool) {
	var b strings.Builder
	put := func(name, v string) {
		if v = k.prose(v, 600); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	put("code", string(s.Code))
	put("other system's code", s.Vendor.String())
	put("subcode", s.Subcode)
	put("title", s.Title)
	put("message", s.Message)
	put("details", s.Details)
	sync, known := s.Synchronous()
	return strings.TrimSpace(b.String()), known && !sync && s.Code != "" && (s.Title != "" || s.Message != "") && s.Details != ""
}

var (
	labelForm = model.Pattern(`<[^<>]*>`)
	digitForm = model.Pattern(`\d+`)
	traceOnly = model.Pattern(`^[A-Za-z0-9_/+=-]{6,64}$`)
	traceForm = model.Pattern(`\\*"fbtrace_id\\*"\s*:\s*\\*"([A-Za-z0-9_/+=-]{6,64})\\*"`)
)

// shapeOf is what two payloads have in common when they differ only in whom they
// are about.
func shapeOf(s string) string {
	s = traceForm().ReplaceAllString(wamidForm().ReplaceAllString(s, ""), "")
	return digitForm().ReplaceAllString(labelForm().ReplaceAllString(s, "<>"), "0")
}

// show puts one payload of every shape into f.
func (k *Packet) show(f *field, found []payload, d detail, note string) {
	seen := map[string]bool{}
	var shapes []payload
	for _, p := range found {
		if s := shapeOf(p.Text); !seen[s] {
			seen[s] = true
			shapes = append(shapes, p)
		}
	}
	if len(shapes) == 0 {
		return
	}
	f.state = given
	var data []any
	for i, p := range shapes[:min(len(shapes), d.payloads)] {
		n := note
		if len(shapes) > 1 {
			n = fmt.Sprintf("shape %d of %d among the samples, %s", i+1, len(shapes), note)
		}
		text := cut(p.Text, d.payload)
		f.pre = append(f.pre, verbatim{n, text, p.JSON && text == p.Text})
		data = append(data, map[string]any{"note": n, "text": text})
	}
	f.data = data
}

// trace is the fbtrace_id of a failure, if it has one. What has not the form of
// one is none: the receiver could not look it up.
func trace(s *model.Failure) string {
	if t := strings.TrimSpace(s.Trace); traceOnly().MatchString(t) {
		return t
	}
	if strings.Contains(s.Response, "fbtrace_id") {
		if m := traceForm().FindStringSubmatch(s.Response); m != nil {
			return m[1]
		}
	}
	return ""
}

// traces is the other half of P2. Only the API's own answer carries an
// fbtrace_id; where there can be none, that is said, so that nobody asks for it.
// Source: Meta's page on errors in webhooks.
func (k *Packet) traces(d detail) field {
	f := field{key: "traces", label: "TRACES", missing: "the answers in the log have no fbtrace_id; ask for the whole answer, or for its x-fb-trace-id header"}
	sync, async, unknown, total := 0, 0, 0, 0
	var rows []any
	for i := range k.in.Samples {
		s := &k.in.Samples[i]
		switch yes, known := s.Synchronous(); {
		case !known:
			unknown++
		case yes:
			sync++
		default:
			async++
		}
		id := trace(s)
		if id == "" {
			continue
		}
		total++
		if total > d.ids {
			continue
		}
		shown := k.mask.keep(safe.ASCII(k.mask.plain(id)))
		f.exact = append(f.exact, shown+k.at(s))
		rows = append(rows, withTime(map[string]any{"fbtrace_id": shown}, s))
	}
	note := ""
	samples := sync + async + unknown
	switch {
	case total > 0:
		f.state = given
		if total > len(f.exact) {
			f.lines = append(f.lines, fmt.Sprintf("%d more in the log.", total-len(f.exact)))
		}
		if async > 0 {
			note = fmt.Sprintf("%d of %s came by webhook, where there is no fbtrace_id: for these, use the message ids.", async, plural(samples, "sample"))
		}
	case async > 0 && async == samples:
		f.state = notApplicable
		note = "Not applicable: these failures were reported by webhook, and an error in a webhook has no fbtrace_id. " +
			"They can be traced by the message ids and times below. One direct API call that reproduces the failure would give an fbtrace_id."
	case sync > 0:
		note = "None in the answers as logged."
	case samples > 0:
		f.missing = "the log does not tell whether the errors came in the API's answer, which has an fbtrace_id, or by webhook, which has none; ask for the answer"
		note = "None. The log does not tell whether the errors came in the API's answer or by webhook; a webhook's have none."
	}
	if note != "" {
		f.lines = append(f.lines, note)
	}
	data := map[string]any{}
	if rows != nil {
		data["ids"] = rows
	}
	if note != "" {
		data["note"] = note
	}
	f.data = data
	return f
}

// messages are Meta's ids of failed messages, with times.
func (k *Packet) messages(d detail) field {
	f := field{key: "messages", label: "MESSAGES", missing: "the log has no message ids (wamid); ask for an export with them"}
	total, own, refused := 0, 0, 0
	var rows []any
	add := func(s *model.Failure, key, v string) {
		if total++; total <= d.ids {
			f.exact = append(f.exact, v+k.at(s))
			rows = append(rows, withTime(map[string]any{key: v}, s))
		}
	}
	for i := range k.in.Samples {
		s := &k.in.Samples[i]
		switch {
		case s.WAMID != "" && isWAMID(s.WAMID):
			add(s, "wamid", k.mask.wamid(s.WAMID))
		case s.WAMID != "":
			add(s, "wamid", cut(k.mask.plain(s.WAMID), 60))
		}
		if sync, known := s.Synchronous(); known && sync && s.WAMID == "" {
			refused++
		}
	}
	if total == 0 {
		for i := range k.in.Samples {
			if s := &k.in.Samples[i]; s.MessageID != "" {
				own++
				add(s, "message_id", k.mask.keep(cut(k.mask.plain(s.MessageID), 60)))
			}
		}
		if own > 0 {
			f.lines = append(f.lines, "These are the sending system's own ids, not Meta's.")
		}
	} else {
		f.state = given
		if k.profile != Public && k.profile != Internal {
			f.lines = append(f.lines, "A message id contains the recipient's phone number: treat it as personal data.")
		}
	}
	switch {
	case total > len(f.exact):
		f.lines = append(f.lines, fmt.Sprintf("%d more samples have one.", total-len(f.exact)))
	case total == 0 && refused > 0 && refused == len(k.in.Samples):
		f.state = notApplicable
		f.lines = append(f.lines, "Not applicable: the API refused these messages, and a refused message gets no id from Meta.")
	}
	f.data = rows
	return f
}

// at is the time of a sample, to stand behind its id, and whether it is by hand that
// it is a sample of this incident.
func (k *Packet) at(s *model.Failure) string {
	said := ""
	if !s.At.IsZero() {
		said = " " + s.At.UTC().Format("2006-01-02 15:04:05")
	}
	if s.Moved.From != 0 {
		said += " (added by hand)"
	}
	return said
}

func withTime(m map[string]any, s *model.Failure) map[string]any {
	if !s.At.IsZero() {
		m["at"] = stamp(s.At)
	}
	if s.Moved.From != 0 {
		m["added_by_hand"] = true
	}
	return m
}
