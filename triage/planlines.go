package triage

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"unsent/model"
)

// A PlanSum is a retry plan as a whole.
type PlanSum struct {
	Made        time.Time // UTC, whole seconds
	Planned     int
	First, Last time.Time       // of NotBefore; zero when nothing is planned
	Until       time.Time       // the earliest NotAfter
	Outage      string          // why nothing at all goes: a suspected or reported outage, a sentence; empty when there is none
	Refused     []RefusalCount  // the reason with most messages first
	Then        []time.Duration // of the first message planned: the waits should it fail again
	Window      int             // planned free texts of which the log does not say until when the window is open
	Notes       []string        // sentences: what the agent has to know before anything is sent
}

// A RefusalCount is one reason and how many messages it has.
type RefusalCount struct {
	Refusal
	N        int
	Examples []model.MessageID // the first of them, at most ten
}

const planExamples = 10

// add counts a message that is planned.
func (s *PlanSum) add(r *Retry) {
	if s.Planned++; s.Planned == 1 {
		s.First, s.Last, s.Until, s.Then = r.NotBefore, r.NotBefore, r.NotAfter, r.Then
	}
	if r.NotBefore.Before(s.First) {
		s.First = r.NotBefore
	}
	if r.NotBefore.After(s.Last) {
		s.Last = r.NotBefore
	}
	if r.NotAfter.Before(s.Until) {
		s.Until = r.NotAfter
	}
	if r.Window {
		s.Window++
	}
}

// RefusedCount is how many messages are refused.
func (s *PlanSum) RefusedCount() int {
	n := 0
	for _, c := range s.Refused {
		n += c.N
	}
	return n
}

func bySize(a, b RefusalCount) int {
	return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Why, b.Why), strings.Compare(a.Do, b.Do))
}

// notes are what the agent has to know before anything of the plan is sent.
func (p *Planner) notes() []string {
	s := &p.sum
	if s.Planned == 0 {
		return nil
	}
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	looked := time.Time{}
	for _, f := range p.in.Findings {
		if f.Check == "status-page" && f.Verdict == model.OK {
			looked = f.At
		}
	}
	switch old := s.Made.Sub(looked); {
	case looked.IsZero():
		say("No check has looked at Meta's status page for this: look there first, and send nothing while it reports an incident.")
	case old > staleFinding:
		say("Meta's status page was last looked at %s ago: look again before anything is sent.", agedText(old))
	}
	if last := p.in.Incident.Last; !last.IsZero() && s.Made.Sub(last) > time.Hour {
		say("The newest failure of this incident in the log is %s old. What has happened since is known only as far as the log goes: load a newer one first, if there is one.", agedText(s.Made.Sub(last)))
	}
	if s.Window > 0 {
		say("%s free text, and the log does not say until when the customer service window is open: send only to people who wrote within 24 hours.",
			map[bool]string{true: "1 message is", false: strconv.Itoa(s.Window) + " messages are"}[s.Window == 1])
	}
	say("Who got the message in another way meanwhile cannot be told, because of sends that went well only the counts are kept: have the CRM leave those people out.")
	return out
}

// agedText is a length of time for people: "25 minutes", "3 hours", "2 days".
func agedText(d time.Duration) string {
	n, unit := int(d.Minutes()), "minute"
	switch {
	case d >= 48*time.Hour:
		n, unit = int(d.Hours())/24, "day"
	case d >= 2*time.Hour:
		n, unit = int(d.Hours()), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// Lines is the plan for people: what goes and when, what does not and why. Zone
// is the agent's; times are given in UTC, and in zone too where it differs. The
// lines are as long as they come and may quote what a check or a person wrote, so
// whoever shows them cleans and wraps them.
func (s *PlanSum) Lines(zone *time.Location) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	refused := s.RefusedCount()
	if s.Planned == 0 {
		say("Nothing is to be sent now: %s refused.", planCounted(refused, "message is", "messages are"))
	} else {
		say("%s to be sent once more, %s left out.", planCounted(s.Planned, "message is", "messages are"), planCommas(refused))
		if s.Planned == 1 {
			say("Not before %s.", planClock(s.First, zone))
			say("Not after %s: then it is too old.", planClock(s.Until, zone))
		} else {
			say("The first not before %s.", planClock(s.First, zone))
			say("The last not before %s.", planClock(s.Last, zone))
			say("Good until %s: then the first of them is too old.", planClock(s.Until, zone))
		}
		if len(s.Then) > 0 {
			say("If a send fails again, wait longer each time, and stop after retry %d of a message (the first one: %s).", Retries, waitsText(s.Then))
		}
		say("One send for each person and template, %d seconds at least between two to one person, %d a minute at most from one number.",
			int(PairSpace.Seconds()), SendsPerMinute)
	}
	for _, n := range s.Notes {
		say("Mind: %s", n)
	}
	for _, c := range s.Refused {
		ids := make([]string, len(c.Examples))
		for i, id := range c.Examples {
			ids[i] = id.String()
		}
		more := ""
		if c.N > len(ids) {
			more = ", …"
		}
		say("Not sent, %s: %s", planCommas(c.N), c.Why)
		if c.Do != "" {
			say("  %s", c.Do)
		}
		say("  %s%s", strings.Join(ids, ", "), more)
	}
	return out
}

// waitsText is "1 min 40 s, then 3 min 2 s".
func waitsText(all []time.Duration) string {
	parts := make([]string, len(all))
	for i, d := range all {
		parts[i] = waitText(d)
	}
	return strings.Join(parts, ", then ")
}

// waitText is a wait for people: "47 s", "1 min 40 s", "2 h 5 min".
func waitText(d time.Duration) string {
	switch s := int(d / time.Second); {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return strings.TrimSuffix(fmt.Sprintf("%d min %d s", s/60, s%60), " 0 s")
	default:
		return strings.TrimSuffix(fmt.Sprintf("%d h %d min", s/3600, s/60%60), " 0 min")
	}
}

// planClock is a time in UTC, and in the agent's zone where that differs.
func planClock(t time.Time, zone *time.Location) string {
	utc := t.UTC().Format("2006-01-02 15:04:05") + " UTC"
	if zone == nil {
		return utc
	}
	local := t.In(zone)
	if _, offset := local.Zone(); offset == 0 {
		return utc
	}
	return utc + " (" + local.Format("2006-01-02 15:04:05 -07:00") + ")"
}

func planCounted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return planCommas(n) + " " + many
}

// planCommas is n with a comma between thousands.
func planCommas(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
