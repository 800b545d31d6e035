package triage

import (
	"time"

	"unsent/model"
)

// onePerson are codes about whom a message was for, though what is to be mended
// (a list, a rule on countries) is the number's or the account's.
const onePerson = "130497 131030"

// recovered reports whether the sends that went well behind an incident show that
// its fault is over. They do where the fault is one of the platform, the account,
// the number or the template. An error about one person or about what stood in one
// message says nothing of the next one, and nobody may have sent to that person
// again; nor do ten sends tell much where most went well all the time.
func recovered(c *model.Case) bool {
	i := &c.Incident
	if s := c.Evidence.Shape; s == model.ShapeRecipient || s == model.ShapeFormat {
		return false
	}
	if c.Evidence.Recovered.IsZero() || listed(onePerson, i.Code, "") || 4*i.Failures < i.Attempts {
		return false
	}
	switch boundOf(i.Code, "", i.Vendor, i.HTTP) {
	case boundPlatform, boundApp, boundAccount, boundNumber:
		return true
	case boundTemplate:
		return templateState[i.Code]
	}
	return false
}

// WellSince is since when sends like these go well again, by the log; zero where it
// does not show that.
func (j *Judgement) WellSince(c *model.Case) time.Time {
	e := &c.Evidence
	switch {
	case !j.Ended(c) || j.Quiet(c):
		return time.Time{}
	case e.Shape == model.ShapeOutage && !e.Outage.Until.IsZero() && !e.Outage.Quiet:
		return e.Outage.Until
	}
	return e.Recovered
}
