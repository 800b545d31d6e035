package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"unsent/model"
)

// A source is where a reason comes from. Two reasons of one kind of source may
// have one origin; two of different kinds bear each other out.
type source struct {
	kind string // "message", "log", "finding", "step", "page"
	text string
}

var (
	theLog = source{"log", "the log"}
	claim  = source{"page", "the article's claim"}
	meta   = source{"page", "Meta's error codes page, 11 September 2026"}
)

func fromFinding(f model.Finding) source {
	return source{"finding", f.Check + " check" + at(f.At)}
}

func fromStep(s Step) source {
	return source{"step", "step " + s.ID + " by hand" + at(s.At)}
}

// at is ", 13 May 14:05 UTC", and empty for a time that is not known.
func at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", " + moment(t)
}

func moment(t time.Time) string { return t.UTC().Format("2 January 15:04 UTC") }

// Reasons are what speaks for and against one cause. A method says how far its
// line moves the verdict; only lines move it.
type reasons struct {
	For, Against, Beside, Missing []model.Reason

	proved   bool
	excluded bool
	pointed  map[string]bool // kinds of sources
	strength []int           // of each line of For; the strongest stand first
	// outspoken says that the failure's own words name another cause. A pattern
	// of the log then makes this one possible at most.
	outspoken bool
}

// proves is for Meta's own words: confirmed.
func (r *reasons) proves(s source, format string, args ...any) {
	r.proved = true
	r.speaks(2, s, format, args...)
}

// points is for what by itself makes the cause likely, and confirmed together
// with a line of another kind of source.
func (r *reasons) points(s source, format string, args ...any) {
	if !r.outspoken || s.kind != theLog.kind {
		if r.pointed == nil {
			r.pointed = map[string]bool{}
		}
		r.pointed[s.kind] = true
	}
	r.speaks(1, s, format, args...)
}

// fits is for what other causes explain just as well: possible.
func (r *reasons) fits(s source, format string, args ...any) {
	r.speaks(0, s, format, args...)
}

// speaks adds a line behind those that are as strong: the first is the one that a
// list and a case quote.
func (r *reasons) speaks(strength int, s source, format string, args ...any) {
	n := len(r.For)
	if add(&r.For, model.For, s, format, args...); len(r.For) == n {
		return
	}
	i := slices.IndexFunc(r.strength, func(other int) bool { return other < strength })
	if i < 0 {
		i = n
	}
	last := r.For[n]
	r.For = slices.Insert(r.For[:n], i, last)
	r.strength = slices.Insert(r.strength, i, strength)
}

// opposes is for what the cause would not leave: unlikely.
func (r *reasons) opposes(s source, format string, args ...any) {
	add(&r.Against, model.Against, s, format, args...)
}

// excludes is for what cannot be if the cause is right: ruled out.
func (r *reasons) excludes(s source, format string, args ...any) {
	r.excluded = true
	add(&r.Against, model.Against, s, format, args...)
}

// remarks is for what is worth knowing and moves nothing.
func (r *reasons) remarks(s source, format string, args ...any) {
	add(&r.Beside, model.Beside, s, format, args...)
}

// lacks is for what is not known and would tell. The most telling comes first.
func (r *reasons) lacks(format string, args ...any) {
	add(&r.Missing, model.Missing, source{}, format, args...)
}

func add(to *[]model.Reason, lean model.Lean, s source, format string, args ...any) {
	text := sentence(fmt.Sprintf(format, args...))
	for _, have := range *to {
		if have.Text == text {
			return
		}
	}
	*to = append(*to, model.Reason{Lean: lean, Text: text, Source: s.text})
}

// verdict weighs the lines.
func (r *reasons) verdict() model.CauseVerdict {
	for_, against := len(r.For) > 0, len(r.Against) > 0
	switch {
	case r.proved && r.excluded:
		return model.Possible // Meta's code and the log contradict each other
	case r.proved:
		return model.Confirmed
	case r.excluded && len(r.pointed) > 0:
		return model.Unlikely // two certain things that cannot both be: the agent must see both
	case r.excluded:
		return model.RuledOut
	case len(r.pointed) > 1 && !against:
		return model.Confirmed
	case len(r.pointed) > 1, len(r.pointed) == 1 && !against:
		return model.Likely
	case len(r.pointed) == 1, for_ && !against:
		return model.Possible
	case against:
		return model.Unlikely
	}
	return model.CannotTell
}

// all are the lines, most telling first. Where nothing moved the verdict, what
// is missing is what tells most.
func (r *reasons) all(v model.CauseVerdict) []model.Reason {
	var out []model.Reason
	switch v {
	case model.Unlikely, model.RuledOut:
		return append(append(append(out, r.Against...), r.For...), r.Beside...)
	case model.CannotTell:
		return append(append(out, r.Missing...), r.Beside...)
	case model.Confirmed:
		return append(append(append(out, r.For...), r.Against...), r.Beside...)
	}
	return append(append(append(append(out, r.For...), r.Against...), r.Missing...), r.Beside...)
}

// sentence begins with a capital and has no final stop: a source follows it. What
// looks like a name of somebody's (order_paid, v2) begins as it is written.
func sentence(s string) string {
	s = strings.TrimRight(strings.TrimSpace(s), ".")
	word, _, _ := strings.Cut(s, " ")
	if s == "" || strings.ContainsFunc(strings.TrimRight(word, ",;:"), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }) {
		return s
	}
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

// sends is "all 212 sends", "198 of 200 sends", "none of 200 sends", "the one send".
func sends(failed, all int) string {
	switch {
	case failed == all && all == 1:
		return "the one send"
	case failed == all && all == 2:
		return "both sends"
	case failed == all:
		return "all " + model.Thousands(all) + " sends"
	case failed == 0:
		return "none of " + model.Thousands(all) + " sends"
	}
	return model.Thousands(failed) + " of " + model.Thousands(all) + " sends"
}

// wentWell is the other way round: "all 212 sends", "198 of 200 sends".
func wentWell(s model.Share) string { return sends(s.Sends-s.Failed, s.Sends) }

// lasting is a length of time in the words that one says: "6 minutes", "3 hours".
func lasting(d time.Duration) string {
	say := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return say(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return say(int(d.Hours()), "hour")
	}
	return say(int(d.Hours()/24), "day")
}
