package triage

import (
	"unsent/kb"
	"unsent/model"
)

// A Judgement is what follows from a case: the article, how far its steps have
// come, what the evidence says of its causes.
type Judgement struct {
	Match   kb.Match
	Steps   []Step
	Causes  []model.CauseFinding // in the article's order
	Leading []model.CauseFinding // those to speak of; none when it cannot be told yet
	Missing string               // what would tell most, while none leads
	Outage  string               // why an outage must be taken as open; empty when nothing says so
	Changed []Change             // what changed before it began, most telling first
}

// Judge looks at a case. It is pure: the same case gives the same judgement.
func Judge(c *model.Case) Judgement {
	j := Judgement{Match: kb.For(facts(c))}
	log := c.Evidence.Outage
	found := Current(c.Findings, c.Read)
	if j.Steps = Steps(j.Match.Article, c.Records, found, model.LogOutage{}); log.Suspected {
		if c.InOutage() {
			j.Steps = Steps(j.Match.Article, c.Records, found, log)
		} else {
			log = model.LogOutage{}
		}
	}
	j.Causes = Causes(j.Match.Article, j.Steps, c)
	heed(j.Steps, j.Causes, c.Evidence.Shape)
	if j.Leading = Leading(j.Causes); len(j.Leading) == 0 {
		j.Missing = Missing(j.Causes, j.Steps)
	}
	j.Outage = Outage(j.Steps, found, log)
	j.Changed = Changed(c)
	return j
}

// Records are the steps that are settled, by hand or by a check, as a packet
// reports them.
func (j *Judgement) Records() []model.StepRecord {
	var out []model.StepRecord
	for _, s := range j.Steps {
		if s.By != "" {
			out = append(out, model.StepRecord{Step: s.ID, State: s.State, By: s.By, At: s.At, Note: s.Note})
		}
	}
	return out
}

// Facts are what the knowledge base is asked with about an incident alone:
// enough for a list.
func Facts(i *model.Incident) kb.Facts {
	return kb.Facts{Code: i.Code, Vendor: i.Vendor, HTTP: i.HTTP, Title: i.Title}
}

// facts are those of the message that stands for the case, as long as it has the
// incident's own error.
func facts(c *model.Case) kb.Facts {
	f := c.Stands()
	if f == nil || c.Message == nil && (f.Code != c.Incident.Code || f.Vendor != c.Incident.Vendor) {
		return Facts(&c.Incident)
	}
	return kb.Facts{Code: f.Code, Subcode: f.Subcode, Vendor: f.Vendor, HTTP: f.HTTPStatus,
		Title: f.Title, Message: f.Message, Details: f.Details}
}
