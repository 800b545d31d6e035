package check

import (
	"fmt"
	"strings"
	"time"

	"unsent/check/status"
	"unsent/model"
)

// pageFacts are what the page says, line by line: the availability of the API,
// the state of messaging and the outages are three things and not one green dot
// (the article on 131000, step 2). Each names the file it is from and its time.
func pageFacts(r *status.Report) []model.Fact {
	var facts []model.Fact
	add := func(name, format string, args ...any) {
		facts = append(facts, model.Fact{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	if r.Orgs.OK() {
		var api, messaging, rest []string
		for _, s := range r.Services {
			line := s.Name + ": " + s.Word
			if !s.At.IsZero() {
				line += ", updated " + s.At.Format("2 Jan 15:04 UTC")
			}
			switch name := strings.ToLower(s.Name); {
			case !s.Sends():
				rest = append(rest, line)
			case strings.Contains(name, "api") && !strings.Contains(name, "messag"):
				api = append(api, line)
			default:
				messaging = append(messaging, line)
			}
		}
		add("API availability", "%s", listOr(api, "not listed")+from(&r.Orgs))
		add("messaging status", "%s", listOr(messaging, "the page has no line of its own for it")+from(&r.Orgs))
		if len(rest) > 0 {
			add("other services", "%s", listOr(rest, "")+from(&r.Orgs))
		}
		for _, s := range r.Platform {
			add("Graph API", "%s", s.Name+": "+s.Word+from(&r.Orgs))
		}
	}
	const most = 5
	for i, e := range r.Events {
		if i == most {
			add("incidents", "and %d more", len(r.Events)-most)
			break
		}
		l := listed{Event: e}
		said := l.name() + " (" + e.From + ")"
		if e.News != "" {
			said += "; newest post: “" + clip(e.News, 160) + "”"
		}
		add("incident", "%s", said)
		if times := l.pageTimes(); times != "" {
			add(factPageTime, "%s", times)
		}
	}
	if len(r.Events) == 0 {
		var read []string
		for _, p := range []*status.Part{&r.Active, &r.History, &r.Feed} {
			if p.OK() {
				read = append(read, p.Name)
			}
		}
		if len(read) > 0 {
			add("incidents", "none listed (%s, read %s)", strings.Join(read, ", "), hour(r.At))
		}
	}
	for _, odd := range r.Odd {
		add("the files disagree", "%s", odd)
	}
	if hint := model.Hint(r.Err()); hint != "" {
		add("what to do", "%s", hint)
	}
	for _, p := range r.Parts() {
		if !p.OK() && r.Err() == nil {
			add("could not be read", "%s: %s", p.Name, p.Why)
		}
	}
	if ahead, ok := r.Ahead(); ok && ahead.Abs() > clockSlip {
		add("this machine's clock", "%s %s", rough(ahead.Abs()), map[bool]string{true: "ahead of ", false: "behind "}[ahead > 0]+r.Host)
	}
	add("look at", "%s", status.Page)
	return facts
}

func from(p *status.Part) string { return fmt.Sprintf(" (%s, read %s)", p.Name, hour(p.At)) }

func hour(t time.Time) string { return t.UTC().Format("15:04 UTC") }

func listOr(all []string, or string) string {
	if len(all) == 0 {
		return or
	}
	return strings.Join(all, "; ")
}

// rough is a length of time in the one unit that matters.
func rough(d time.Duration) string {
	if d < 2*time.Hour {
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return span(d)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// rawPage is what the four files said, one after the other, each with its own
// share of what a finding keeps.
func rawPage(r *status.Report) string {
	var b strings.Builder
	for _, p := range r.Parts() {
		fmt.Fprintf(&b, "%s: ", p.File)
		if p.At.IsZero() {
			fmt.Fprintf(&b, "%s\n\n", p.Why)
			continue
		}
		fmt.Fprintf(&b, "HTTP %d, %s, %d ms\n%s\n\n", p.Status, hour(p.At), p.Took.Milliseconds(), cut(string(p.Raw), maxRaw/len(r.Parts())-200))
	}
	return strings.TrimSpace(b.String())
}
