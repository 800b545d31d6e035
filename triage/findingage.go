package triage

import (
	"time"

	"unsent/model"
)

// How long an answer settles a step. What a check sees of an account, a number or
// a template may be mended or broken within a day; an outage begins and ends within
// the hour. What a check reads from the log stays as it was.
const (
	pageCounts  = time.Hour
	stateCounts = stale
)

// Current are findings as they count now, for the steps: one that is too old says
// that it is to be asked again and what it was, and settles and locks nothing. Of
// a time that is not known nothing is too old.
func Current(found []model.Finding, now time.Time) []model.Finding {
	out := make([]model.Finding, len(found))
	for i, f := range found {
		if age := now.Sub(f.At); told(f) && !now.IsZero() && !f.At.IsZero() && age > counts(f.Check) {
			f.Verdict, f.Summary = model.Unknown, "asked "+lasting(age)+" ago, ask again; it was: "+f.Summary
		}
		out[i] = f
	}
	return out
}

// counts is how long an answer of a check settles a step.
func counts(check string) time.Duration {
	switch check {
	case "status-page":
		return pageCounts
	case "token", "health", "account", "phone-number", "number-in-account", "template", "flow", "public-key", "webhook":
		return stateCounts
	}
	return 1<<63 - 1
}
