package packet

import (
	"fmt"
	"strings"
	"time"

	"unsent/model"
	"unsent/safe"
)

// The states of a field.
type state int

const (
	missing state = iota // there is no answer yet
	given
	notApplicable // there can be none, and the packet says why
)

// A field is one of the twenty-two items of a packet.
type field struct {
	n       int    // 1 to 22
	key     string // in JSON; stable
	label   string // in capitals in the text
	state   state
	missing string // what to do when there is no answer
	lack    string // the same in a few words, for P1 to P5

	head  []string   // what stands before all else, a sentence each
	lines []string   // what it says, a sentence or a row each
	pre   []verbatim // payloads
	table [][]string // the first row is the head
	exact []string   // ids, one a line: never cut
	data  any        // for JSON
}

// A verbatim is a payload as it is shown.
type verbatim struct {
	note string // "one of 2 shapes"
	text string
	json bool
}

func (f *field) say(format string, args ...any) {
	f.state = given
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

// A detail says how much of the long parts a rendering takes.
type detail struct {
	payloads, payload int // how many payloads of a kind, how many bytes of each
	ids               int // traces and message ids
	top               int // values of a dimension
	prose             int // bytes of one note, finding or summary
	notes, checks     int
	legend            int // recipients that are explained
}

var (
	full   = detail{payloads: 2, payload: 1800, ids: 10, top: 4, prose: 220, notes: 4, checks: 16, legend: 10}
	lesser = []detail{
		{payloads: 2, payload: 900, ids: 6, top: 3, prose: 140, notes: 2, checks: 16, legend: 6},
		{payloads: 1, payload: 600, ids: 4, top: 2, prose: 90, notes: 1, checks: 10, legend: 4},
		{payloads: 1, payload: 300, ids: 3, top: 1, prose: 50, notes: 0, checks: 8, legend: 3},
	}
)

// redactionAt is the place of the field that counts what the others masked.
const redactionAt = 20

// build fills all fields. The masker already knows everybody, so the labels are
// the same at every length.
func (k *Packet) build(d detail) []field {
	fill := []func(detail) field{
		k.subject, k.ask, k.severity, k.impact, k.when, k.frequency, k.scope, k.ids,
		k.requests, k.responses, k.traces, k.messages, k.transport,
		k.steps, k.checks, k.changed, k.retries, k.control, k.workaround, k.contact,
		nil, k.origin,
	}
	out := make([]field, len(fill))
	for i, f := range fill {
		if f != nil {
			out[i] = f(d)
		}
	}
	out[redactionAt] = k.redaction(out, d)
	for i := range out {
		out[i].n = i + 1
	}
	return out
}

// what names the error: by Meta's code, else by what there is.
func what(in Input) string {
	inc := &in.Incident
	code, vendor, http := inc.Code, inc.Vendor, inc.HTTP
	if in.Message != nil {
		code, vendor, http = in.Message.Code, in.Message.Vendor, in.Message.HTTPStatus
	}
	switch {
	case code != "":
		return string(code)
	case vendor != (model.Vendor{}):
		return cut(safe.ASCII(safe.Line(vendor.String())), 40)
	case http != 0:
		return fmt.Sprintf("HTTP %d", http)
	}
	return "an error without a code"
}

// others are the incident's further errors, most first, at most n of them.
func (k *Packet) others(n int) (out []string, more int) {
	for _, c := range k.in.Codes {
		in := k.in
		in.Message, in.Incident.Code, in.Incident.Vendor, in.Incident.HTTP = nil, c.Code, c.Vendor, c.HTTP
		switch name := what(in); {
		case c.Code == k.in.Incident.Code && c.Vendor == k.in.Incident.Vendor && (c.Code != "" || c.HTTP == k.in.Incident.HTTP):
		case len(out) == n:
			more++
		default:
			out = append(out, name)
		}
	}
	return out, more
}

// instant writes a time in UTC, and in local time with its offset.
func (k *Packet) instant(t time.Time) string {
	u := t.UTC()
	s := u.Format("2006-01-02 15:04:05") + " UTC"
	l, ok := k.local(t)
	if !ok {
		return s
	}
	form := "15:04:05 -07:00"
	if l.Format(time.DateOnly) != u.Format(time.DateOnly) {
		form = "2006-01-02 " + form
	}
	return s + " (" + l.Format(form) + ")"
}

// local is t in the agent's zone; false where that is the same as UTC then.
func (k *Packet) local(t time.Time) (time.Time, bool) {
	if k.in.Local == nil {
		return t, false
	}
	t = t.In(k.in.Local)
	_, offset := t.Zone()
	return t, offset != 0
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// cut shortens text at a letter, and says by how much.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := n
	for end > 0 && s[end]&0xc0 == 0x80 {
		end--
	}
	short := fmt.Sprintf("%s... (%d more)", strings.TrimRight(s[:end], " "), len(s)-end)
	// Behind "Bearer" the dots would look like a token, and the packet would be
	// refused for it.
	for range 4 {
		at := strings.LastIndexAny(s[:end], " \n")
		if at < 0 || !safe.HasSecret(short) {
			break
		}
		end = at
		short = fmt.Sprintf("%s... (%d more)", strings.TrimRight(s[:end], " :="), len(s)-end)
	}
	return short
}

// prose is untrusted text, masked and short, on one line.
func (k *Packet) prose(s string, n int) string {
	return cut(strings.Join(strings.Fields(safe.Line(k.mask.prose(s))), " "), n)
}

// plural writes "1 message" and "11,902 messages".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch {
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	case noun == "person":
		noun = "people"
	default:
		noun += "s"
	}
	return model.Thousands(n) + " " + noun
}

// share is a percentage. All and nothing are said only when they are true.
func share(part, whole int) string {
	if whole <= 0 {
		return "unknown"
	}
	p := float64(part) * 100 / float64(whole)
	switch {
	case part == whole:
		return "100%"
	case part == 0:
		return "0%"
	case p > 99.9:
		return "over 99.9%"
	case p >= 99 || p < 1:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", max(p, 0.1)), ".0") + "%"
	}
	return fmt.Sprintf("%.0f%%", p)
}

func list(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}
