package ui

import (
	"strings"

	"unsent/model"
	"unsent/safe"
)

// This file draws the parts of a case behind the causes and the scope: facts,
// raw payloads, notes, and the third column of a wide terminal.

// fact is one line of the facts; an absent one is left out.
type fact struct{ name, value string }

func (c *caseView) factLines(a *app, w int) []string {
	t := a.theme
	f := c.data.Stands()
	if f == nil {
		return []string{"reading"}
	}
	var out []string
	if c.msgID == 0 {
		out = append(out, t.faint.Render("One of "+model.Count(c.inc.Failures, "message", "messages")+". l lists them all."))
	}
	phone := func(s string) string {
		if c.reveal || s == "" {
			return s
		}
		return safe.MaskPhone(s)
	}
	wamid := f.WAMID
	if wamid != "" && !c.reveal {
		wamid = safe.MaskWAMID(wamid) + "  (r shows it; it contains the number)"
	}
	to := phone(f.Recipient)
	if to == "" {
		to = safe.PhoneShape(f.RecipientRaw)
	}
	last := ""
	if !f.LastInbound.IsZero() {
		last = moment(f.LastInbound, a.Local)
	}
	code := string(f.Code)
	if f.CodeFrom != "" && f.CodeFrom != model.FromNone {
		code += "  (from " + string(f.CodeFrom) + ")"
	}
	http := ""
	if f.HTTPStatus != 0 {
		http = itoa(f.HTTPStatus)
	}
	trace := f.Trace
	if trace == "" {
		if sync, known := f.Synchronous(); known && !sync {
			trace = "none: it failed by webhook, and webhooks carry no trace"
		}
	}
	for _, x := range []fact{
		{"message", f.ID.String() + " of incident " + f.Incident.String()}, {"moved", movedText(f.Moved, a)},
		{"time", moment(f.At, a.Local)}, {"code", code}, {"vendor code", f.Vendor.String()}, {"HTTP status", http},
		{"title", masked(f.Title, c.reveal)}, {"message text", masked(f.Message, c.reveal)}, {"details", masked(f.Details, c.reveal)}, {"subcode", f.Subcode},
		{"fbtrace_id", trace}, {"wamid", wamid}, {"message id", masked(f.MessageID, c.reveal)}, {"recipient", to},
		{"recipient user id", f.RecipientUser}, {"sender", f.Sender}, {"phone number ID", f.PhoneID}, {"WABA", f.WABA}, {"app", f.App},
		{"template", masked(f.Template, c.reveal)}, {"language", f.Language}, {"kind", f.Kind}, {"category", f.Category},
		{"campaign", masked(f.Campaign, c.reveal)}, {"status", f.Status}, {"customer last wrote", last},
		{"flags", flagText(f.Flags)}, {"source", sourceText(f.Source)},
	} {
		if x.value != "" {
			out = append(out, indent(t.faint.Render(fit(x.name, 20))+" ", safe.Line(x.value), w)...)
		}
	}
	if len(c.data.History) > 0 {
		out = append(out, "", a.theme.rule("Earlier failures of this message ("+earlier(len(c.data.History))+")", w))
		for _, h := range c.data.History {
			out = append(out, fitLine(moment(h.At, a.Local)+"  "+string(h.Code)+"  "+masked(firstOf(h.Title, h.Message, h.Details), c.reveal), w))
		}
	}
	return out
}

// earlier says how many earlier failures are told, and that there may be more.
func earlier(n int) string {
	if n < model.HistoryMost {
		return itoa(n)
	}
	return "the newest " + itoa(n)
}

func flagText(flags []model.Flag) string {
	s := make([]string, len(flags))
	for i, f := range flags {
		s[i] = string(f)
	}
	return strings.Join(s, ", ")
}

func sourceText(s model.Source) string {
	if s.Line == 0 {
		return s.File
	}
	return s.File + ":" + itoa(s.Line)
}

// rawLines are the payloads as the log has them, made harmless.
func (c *caseView) rawLines(a *app, w int) []string {
	t := a.theme
	f := c.data.Stands()
	if f == nil {
		return []string{"reading"}
	}
	if !c.reveal {
		return wrap("The raw row, request and response hold whole numbers, names and texts. r shows them; showing is written to the audit trail.", min(w, prose))
	}
	var out []string
	for _, p := range []fact{{"Request", f.Request}, {"Response", f.Response}, {"Row as it stood in the log", f.Raw}} {
		out = append(out, a.theme.rule(p.name, w))
		if p.value == "" {
			out = append(out, t.faint.Render("not in the log"), "")
			continue
		}
		for _, line := range strings.Split(safe.Text(pretty(p.value)), "\n") {
			out = append(out, wrap(line, w)...)
		}
		out = append(out, "")
	}
	return out
}

func (c *caseView) noteLines(a *app, w int) []string {
	t := a.theme
	out := []string{}
	add := func(name, value string) {
		if value != "" {
			out = append(out, t.faint.Render(fit(name, 12))+" "+safe.Line(value))
		}
	}
	add("state", string(c.inc.State))
	add("assigned to", c.inc.Assignee)
	add("ticket", c.inc.Ticket)
	out = append(out, "")
	if len(c.data.Notes) == 0 {
		return append(out, t.faint.Render("No notes yet. A adds one."))
	}
	for _, n := range c.data.Notes {
		out = append(out, t.faint.Render(moment(n.At, a.Local)+"  "+safe.Line(n.Who)))
		for _, line := range strings.Split(safe.Text(n.Text), "\n") {
			out = append(out, wrap(line, min(w, prose))...)
		}
		out = append(out, "")
	}
	return out
}

// aside is the third column: the article with the selected step's text first,
// and under it the short packet as it stands.
func (c *caseView) aside(a *app, sz size) []string {
	w := max(sz.w-2, 1)
	var bottom []string
	if c.brief != "" {
		bottom = append(bottom, a.theme.rule("Packet so far (short form)", w))
		for _, line := range strings.Split(strings.TrimRight(c.brief, "\n"), "\n") {
			bottom = append(bottom, wrap(masked(line, c.reveal), w)...)
		}
		bottom = bottom[:min(len(bottom), sz.h/2)]
	}
	var out []string
	if s := c.step(); s != nil {
		out = append(out, a.theme.rule("Step "+s.ID, w))
		out = append(out, wrap(a.theme.strong.Render(safe.Line(s.Title)), w)...)
		out = append(out, c.stepText(a, s, w, "")...)
		out = append(out, "", a.theme.rule("Article", w))
	}
	out = append(out, a.articleLines(c.Match, w)...)
	high := sz.h - len(bottom)
	for i := range out {
		out[i] = " " + out[i]
	}
	for i := range bottom {
		bottom[i] = " " + bottom[i]
	}
	return append(block(out, size{sz.w, high}), block(bottom, size{sz.w, sz.h - high})...)
}
