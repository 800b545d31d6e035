package packet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/model"
	"unsent/safe"
)

// Fields 1 to 6: what it is, what is asked, how bad, how many, since when.

// subject is one line of at most 200 characters.
func (k *Packet) subject(detail) field {
	f := field{key: "subject", label: "SUBJECT"}
	in := &k.in
	name := what(*in)
	if title := k.title(); title != "" {
		name += " " + title
	}
	inc := &in.Incident
	since := ""
	if !inc.First.IsZero() {
		since = " since " + minute(inc.First)
		if !in.Well.IsZero() {
			since = " from " + minute(inc.First) + " to " + minute(inc.Last)
		}
	}
	s := ""
	switch {
	case in.Message != nil:
		s = fmt.Sprintf("%s on one message", name)
		if !in.Message.At.IsZero() {
			s += " at " + minute(in.Message.At)
		}
		if inc.Failures > 1 {
			s += fmt.Sprintf(", one of %s%s", plural(inc.Failures, "failed message"), since)
		}
	default:
		if also, more := k.others(2); len(also) > 0 {
			if more > 0 {
				also = append(also, fmt.Sprintf("%d more", more))
			}
			name += " (also " + strings.Join(also, ", ") + ")"
		}
		s = fmt.Sprintf("%s: %s failed%s", name, plural(inc.Failures, "message"), since)
		for _, part := range []struct {
			n    int
			noun string
		}{{inc.WABAs, "WABA"}, {inc.PhoneIDs, "business number"}, {inc.Templates, "template"}} {
			if part.n > 0 {
				s += ", " + plural(part.n, part.noun)
			}
		}
	}
	if len(s) > 200 {
		s = strings.TrimRight(s[:197], " ") + "..."
	}
	f.say("%s", s)
	f.data = s
	return f
}

// title is the error's name: the knowledge base's where it knows the code, else
// what the log says.
func (k *Packet) title() string {
	if m := k.in.Match; m.Known && m.Article.ID != "unknown" {
		return safe.ASCII(safe.Line(m.Article.Title))
	}
	t := k.in.Incident.Title
	if k.in.Message != nil {
		t = k.in.Message.Title
	}
	return safe.ASCII(k.prose(t, 80))
}

func (k *Packet) ask(detail) field {
	f := field{key: "ask", label: "ASK"}
	name := what(k.in)
	if also, more := k.others(3); k.in.Message == nil && len(also) > 0 {
		if name = list(append([]string{name}, also...)); more > 0 {
			name += " and the other errors below"
		}
	}
	ids := false
	for i := range k.in.Samples {
		ids = ids || k.in.Samples[i].WAMID != "" || trace(&k.in.Samples[i]) != ""
	}
	switch {
	case k.profile == Meta && !ids:
		f.say("Please tell us the cause of %s, whether we must change anything on our side, and which ids you need to trace it.", name)
	case k.profile == BSP && !ids:
		f.say("Please tell us the cause of %s, and pass it on to Meta if it is not yours.", name)
	case k.profile == BSP:
		f.say("Please trace the ids below, tell us the cause of %s, and pass it on to Meta if it is not yours.", name)
	case k.profile == Public:
		f.say("Has anybody had %s like this, and what was the cause?", name)
	case k.profile == Internal:
		f.say("Please take this over: find the cause of %s, or escalate it.", name)
	default:
		f.say("Please trace the ids below and tell us the cause of %s, and whether we must change anything on our side.", name)
	}
	f.data = f.lines[0]
	return f
}

// tellsMost is how many attempts there must be before it is said that most of them
// failed: one message that failed alone is not most sends.
const tellsMost = 10

// severity proposes a level in the words of Meta's support page: Critical means
// that nothing can be sent or registered, Urgent that most sends fail, both
// without a workaround; all else is Standard.
func (k *Packet) severity(detail) field {
	f := field{key: "severity", label: "SEVERITY"}
	in, inc := &k.in, &k.in.Incident
	word, why := "Standard", ""
	failed, attempts, whose := k.ofAll()
	known := inc.Successes && attempts > 0 && failed <= attempts
	part := ""
	if known {
		part = fmt.Sprintf("%s of %s%s failed this way", share(failed, attempts), plural(attempts, "attempt"), whose)
		if before := k.before(); before != "" {
			part += ", in the hour before " + before
		}
	} else {
		part = "share unknown: the log has no successful sends"
	}
	switch {
	case in.Message != nil:
		why = "this packet is about one message"
	case strings.TrimSpace(in.Workaround) != "":
		why = "a workaround is in use; " + part
	case k.blocked():
		word, why = "Critical", "Meta's health check says BLOCKED: nothing can be sent, and no workaround is known; "+part
	case !in.Well.IsZero():
		why = k.well() + "; while it lasted, " + part
	case !known:
		why = part + ". Some sends fail for certain. Urgent needs most of them to fail, Critical all of them, and this log cannot tell either"
	case attempts < tellsMost:
		why = "some sends fail, and too few were made at the time to say that most do: " + part
	case 2*failed > attempts:
		word, why = "Urgent", "most sends fail and no workaround is known: "+part
	default:
		why = "some sends fail: " + part
	}
	atLeast := !known && word == "Standard" && in.Message == nil && strings.TrimSpace(in.Workaround) == ""
	f.data = map[string]any{"level": word, "at_least": atLeast, "reason": why, "share_known": known}
	if atLeast {
		word = "At least " + word
	}
	f.say("%s, in the words of Meta's support page: %s.", word, why)
	if inOutage(k.in) {
		f.say("The log suggests an outage: %s.", k.outage())
		if o := &in.Evidence.Outage; o.Quiet && in.Well.IsZero() {
			f.say("%s.", stopped(o))
		}
	}
	if k.profile == BSP {
		f.say("%s", k.emergency(known && failed < attempts))
	}
	return f
}

// emergency is the severity for a BSP's desk. Some keep an emergency line for a
// stop of every message, a suspension without notice and an outage of the
// platform, and single numbers are none (360dialog, help pages on emergencies).
func (k *Packet) emergency(someWell bool) string {
	switch {
	case k.in.Message != nil:
		return "For a desk with an emergency line: no emergency, it is one message."
	case k.blocked():
		return "For a desk with an emergency line: an emergency, Meta has blocked every message."
	case inOutage(k.in) && !k.past():
		return "For a desk with an emergency line: an emergency, many accounts fail at once."
	case k.in.Outage:
		return "For a desk with an emergency line: an emergency, an outage at Meta is open."
	case !k.in.Well.IsZero():
		return "For a desk with an emergency line: no emergency any more, " + k.well() + "."
	case k.past():
		return "For a desk with an emergency line: whether it is still one, this log cannot tell. " + stopped(&k.in.Evidence.Outage) + "."
	case !someWell:
		return "For a desk with an emergency line: whether every message stops, this log cannot tell."
	}
	return "For a desk with an emergency line: no emergency by these counts, some messages go through."
}

// past reports whether the log has the end of the outage that the failures are of.
func (k *Packet) past() bool { return inOutage(k.in) && !k.in.Evidence.Outage.Until.IsZero() }

// well says since when it goes well again.
func (k *Packet) well() string {
	return "by the log sends like these go well again since " + minute(k.in.Well)
}

// stopped says all that a log without successes shows of an outage's end.
func stopped(o *model.LogOutage) string {
	failures := "no such failure"
	if o.After > 0 {
		failures = plural(o.After, "such failure")
	}
	again := ""
	if !o.Again.IsZero() {
		again = " until the next outage began, at " + minute(o.Again) + ","
	}
	return fmt.Sprintf("Since %s%s the log has %s at these accounts, and no send that went well", minute(o.Until), again, failures)
}

// ofAll are the failures of the incident and all attempts of its accounts in its
// time: Meta's levels are about all sends, and a template of which every send
// fails is not most of them. Where the accounts' attempts are not known it is the
// incident's own scope.
func (k *Packet) ofAll() (failed, attempts int, whose string) {
	w := k.in.Scopes[model.DimWABA]
	for _, v := range w.Top {
		if v.Attempted == 0 || v.Value == "" {
			return k.in.Incident.Failures, k.in.Incident.Attempts, ""
		}
		failed += v.Failed
		attempts += v.Attempted
	}
	if w.Values == 0 || w.Values != len(w.Top) {
		return k.in.Incident.Failures, k.in.Incident.Attempts, ""
	}
	if w.Values == 1 {
		return failed, attempts, " of the account"
	}
	return failed, attempts, " of these accounts"
}

// blocked reports that a health check found that nothing can be sent.
func (k *Packet) blocked() bool {
	for _, fi := range k.in.Findings {
		if fi.Check != "health" || fi.Verdict != model.Problem {
			continue
		}
		for _, fact := range fi.Facts {
			name := strings.ToUpper(fact.Name)
			if strings.Contains(strings.ToUpper(fact.Value), "BLOCKED") &&
				(strings.Contains(name, "WABA") || strings.Contains(name, "ACCOUNT") || strings.Contains(name, "BUSINESS") || strings.Contains(name, "CAN_SEND")) {
				return true
			}
		}
	}
	return false
}

func (k *Packet) impact(d detail) field {
	f := field{key: "impact", label: "IMPACT"}
	inc := &k.in.Incident
	parts := []string{plural(inc.Failures, "message")}
	data := map[string]any{"failed": inc.Failures}
	if n := people(k.in); n > 0 {
		parts = append(parts, plural(n, "person"))
		data["recipients"] = n
	} else {
		parts = append(parts, "people not known: the log names no whole recipient")
	}
	for _, p := range []struct {
		n         int
		noun, key string
	}{{inc.WABAs, "WABA", "wabas"}, {inc.PhoneIDs, "business number", "phone_numbers"}, {inc.Templates, "template", "templates"}, {inc.Kinds, "message kind", "kinds"}} {
		if p.n > 0 {
			parts = append(parts, plural(p.n, p.noun))
			data[p.key] = p.n
		}
	}
	if k.in.Message != nil {
		f.say("One message.")
	}
	k.ofIncident(&f)
	f.say("%s.", strings.Join(parts, ", "))
	if n := k.in.Arrived; n > 0 {
		f.say("Of %s looked at, %s delivered as well by the log.", plural(k.in.ArrivedOf, "message"), model.Count(n, "was", "were"))
		data["delivered_too"] = n
	}
	if len(k.in.Codes) > 1 {
		var all []string
		var rows []any
		for i, c := range k.in.Codes {
			in := Input{Incident: model.Incident{Code: c.Code, Vendor: c.Vendor, HTTP: c.HTTP}}
			if i == 2*d.top {
				all = append(all, plural(len(k.in.Codes)-i, "other error"))
				break
			}
			all = append(all, what(in)+": "+model.Thousands(c.Failures))
			rows = append(rows, map[string]any{"error": what(in), "failed": c.Failures})
		}
		f.say("Failures by error: %s.", strings.Join(all, "; "))
		data["errors"] = rows
	}
	f.data = k.counts(data)
	return f
}

// ofIncident says, in a packet about one message, that what follows counts more
// than that message.
func (k *Packet) ofIncident(f *field) {
	if k.in.Message != nil {
		f.head = append(f.head, f.lines...)
		f.lines = nil
		f.head = append(f.head, "In the incident it belongs to:")
	}
}

// counts puts the incident's figures where nobody takes them for the message's.
func (k *Packet) counts(data map[string]any) map[string]any {
	if k.in.Message == nil {
		return data
	}
	return map[string]any{"incident": data}
}

func (k *Packet) when(detail) field {
	f := field{key: "when", label: "WHEN", lack: "no time of the first failure",
		missing: "the rows have no time; ask for a log that says when each message failed"}
	inc := &k.in.Incident
	own := map[string]any{}
	if m := k.in.Message; m != nil {
		if !m.At.IsZero() {
			f.say("this message %s", k.instant(m.At))
			own["at"] = stamp(m.At)
			if l, ok := k.local(m.At); ok {
				own["at_local"] = l.Format(time.RFC3339)
			}
		} else {
			f.lack, f.missing = "no time of this message", "the row has no time; ask when this message failed"
			f.lines = append(f.lines, "The log has no time for this message.")
		}
	}
	data := map[string]any{}
	if !inc.First.IsZero() {
		last := inc.Last
		if last.IsZero() {
			last = inc.First
		}
		if k.in.Message == nil {
			f.say("first %s", k.instant(inc.First))
			f.say("last  %s", k.instant(last))
		} else {
			f.lines = append(f.lines, "In the incident it belongs to:", "first "+k.instant(inc.First), "last  "+k.instant(last))
		}
		data["first"], data["last"] = stamp(inc.First), stamp(last)
		if l, ok := k.local(inc.First); ok {
			data["first_local"] = l.Format(time.RFC3339)
		}
		if l, ok := k.local(last); ok {
			data["last_local"] = l.Format(time.RFC3339)
		}
	}
	if !k.in.Well.IsZero() {
		f.lines = append(f.lines, "by the log sends like these go well again since "+k.instant(k.in.Well))
		data["well_since"] = stamp(k.in.Well)
	}
	if k.in.Message != nil {
		if len(data) > 0 {
			own["incident"] = data
		}
		data = own
	}
	if len(f.lines) == 0 {
		return f
	}
	if slices.ContainsFunc(k.in.Samples, func(s model.Failure) bool { return slices.Contains(s.Flags, model.FlagDayAssumed) }) {
		f.lines = append(f.lines, "The log's dates do not tell day from month (as in 03/04); which stands first was assumed.")
		data["dates"] = "day order assumed"
	}
	for i := range k.in.Samples {
		if k.in.Samples[i].Zone == model.ZoneAssumed {
			f.lines = append(f.lines, "The log's times name no zone; they were read as UTC.")
			data["zone"] = "assumed UTC"
			break
		}
	}
	f.data = data
	return f
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (k *Packet) frequency(detail) field {
	f := field{key: "frequency", label: "HOW OFTEN", missing: "the rows have no time, so no rate can be told"}
	inc := &k.in.Incident
	data := map[string]any{}
	span := inc.Last.Sub(inc.First)
	k.ofIncident(&f)
	switch {
	case inc.First.IsZero():
	case inc.Failures == 1:
		f.say("Once.")
	case span < time.Minute:
		f.say("%s within one minute.", plural(inc.Failures, "failure"))
	default:
		perHour := float64(inc.Failures) / span.Hours()
		rate := ""
		switch {
		case span < time.Hour:
			rate = rounded(float64(inc.Failures)/span.Minutes()) + " a minute"
		case perHour >= 1:
			rate = rounded(perHour) + " an hour"
		default:
			rate = rounded(perHour*24) + " a day"
		}
		f.say("%s in %s, %s on average.", plural(inc.Failures, "failure"), roughly(span), rate)
		data["span_seconds"] = int64(span.Seconds())
	}
	if s, ok := inc.Share(); ok {
		f.say("%s of %s failed this way (%s).", model.Thousands(s.Failed), plural(s.Sends, "attempt"), share(s.Failed, s.Sends))
		data["attempts"] = inc.Attempts
		if before := k.before(); before != "" {
			f.say("In the hour before, %s of the account failed.", before)
			data["before"] = before
		}
	} else if inc.Successes {
		f.say("It is the one attempt in its scope and time, so there is no share.")
	} else {
		f.lines = append(f.lines, "Share unknown: the log has no successful sends.")
	}
	if len(inc.Trend) > 1 && span > 0 {
		figures := make([]string, len(inc.Trend))
		for i, n := range inc.Trend {
			figures[i] = fmt.Sprint(n)
		}
		f.lines = append(f.lines, fmt.Sprintf("per %s: %s", roughly(inc.TrendStep()), strings.Join(figures, " ")))
		data["trend"] = inc.Trend
		data["trend_step_seconds"] = int64(inc.TrendStep().Seconds())
	}
	f.data = k.counts(data)
	return f
}

func rounded(x float64) string {
	if x >= 10 {
		return model.Thousands(int(x + 0.5))
	}
	return fmt.Sprintf("%.1f", x)
}

// roughly writes a duration in its two largest units.
func roughly(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return units(int(d/time.Minute), "min", int(d%time.Minute/time.Second), "s")
	case d < 48*time.Hour:
		return units(int(d/time.Hour), "h", int(d%time.Hour/time.Minute), "min")
	}
	return units(int(d/(24*time.Hour)), "days", int(d%(24*time.Hour)/time.Hour), "h")
}

func units(a int, ua string, b int, ub string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, ua)
	}
	return fmt.Sprintf("%d %s %d %s", a, ua, b, ub)
}
