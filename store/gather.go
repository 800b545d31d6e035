package store

import (
	"context"

	"unsent/model"
)

// How many messages a case brings along.
const (
	caseSamples = 10
	caseNewest  = 200
)

// Case gathers all that is on record about an incident, or about one message of
// it when msg is not 0. It answers model.ErrNotFound when there is none.
func (s *Store) Case(ctx context.Context, id model.IncidentID, msg model.MessageID) (c model.Case, err error) {
	if c.Incident, err = s.Incident(ctx, id); err != nil {
		return c, err
	}
	if msg != 0 {
		f, err := s.Failure(ctx, msg)
		if err != nil {
			return c, err
		}
		c.Message = &f
		if c.History, err = s.History(ctx, msg); err != nil {
			return c, err
		}
	}
	if c.Samples, err = s.Samples(ctx, id, caseSamples); err != nil {
		return c, err
	}
	if c.Newest, err = s.Failures(ctx, model.Query{Incident: id, Limit: caseNewest}); err != nil {
		return c, err
	}
	whole := map[model.MessageID]*model.Failure{}
	for i := range c.Samples {
		whole[c.Samples[i].ID] = &c.Samples[i]
	}
	for i := range c.Newest {
		if f := whole[c.Newest[i].ID]; f != nil {
			c.Newest[i] = *f
		}
	}
	if c.Scopes, err = s.Scopes(ctx, id); err != nil {
		return c, err
	}
	if c.Codes, err = s.Codes(ctx, id); err != nil {
		return c, err
	}
	if c.Evidence, err = s.Evidence(ctx, &c.Incident); err != nil {
		return c, err
	}
	if sc := c.Scopes[model.DimRecipient]; len(sc.Top) > 0 {
		c.Evidence.Most = sc.Top[0].Failed
	}
	c.Incident.Recipients = c.Scopes[model.DimRecipient].Values
	return c, s.work(ctx, &c, msg)
}

// Glance is what a case is judged by and no more, for a look at one incident
// after the other: it takes a millisecond where Case, which groups all messages
// of the incident, takes as long as there are many. The incident's Recipients are
// those of the incident list, of the samples there are the newest and one with the
// incident's own error, and the scopes are those of cells, with failures and no attempts.
func (s *Store) Glance(ctx context.Context, id model.IncidentID) (c model.Case, err error) {
	if c.Incident, err = s.Incident(ctx, id); err != nil {
		return c, err
	}
	d, err := s.kept(ctx, id)
	if err != nil {
		return c, s.fail("reading "+id.String(), err)
	}
	if len(d.Newest) > 0 {
		if c.Samples, err = s.full(ctx, d.Newest); err != nil {
			return c, s.fail("choosing samples of "+id.String(), err)
		}
	} else if c.Samples, err = s.newestFull(ctx, id); err != nil {
		return c, err
	}
	if f := c.Stands(); f != nil && (f.Code != c.Incident.Code || f.Vendor != c.Incident.Vendor) {
		// None of them has the incident's own error: another sample may.
		if c.Samples, err = s.Samples(ctx, id, caseSamples); err != nil {
			return c, err
		}
	}
	if c.Scopes = d.Scopes; c.Scopes == nil {
		if c.Scopes, err = s.cellScopes(ctx, id); err != nil {
			return c, s.fail("reading the scope of "+id.String(), err)
		}
	}
	if d.Evidence != nil {
		c.Evidence = *d.Evidence
		c.Evidence.Shape, c.Evidence.Outage = c.Incident.Shape, c.Incident.Outage
	} else if c.Evidence, err = s.Evidence(ctx, &c.Incident); err != nil {
		return c, err
	}
	return c, s.work(ctx, &c, 0)
}

// work adds what agents and checks have done on a case, and what was moved by hand.
func (s *Store) work(ctx context.Context, c *model.Case, msg model.MessageID) (err error) {
	id := c.Incident.ID
	c.Read = s.now().UTC()
	if c.Records, err = s.Steps(ctx, id); err != nil {
		return err
	}
	if c.Notes, err = s.Notes(ctx, id); err != nil {
		return err
	}
	if c.Findings, err = s.findingsOf(ctx, id, msg); err != nil {
		return err
	}
	if c.Past, err = s.past(ctx, id, msg, c.Findings); err != nil {
		return err
	}
	c.MovedHere, c.MovedAway, err = s.Moved(ctx, id)
	return err
}

// newestFull are the messages that Samples begins with.
func (s *Store) newestFull(ctx context.Context, id model.IncidentID) ([]model.Failure, error) {
	doing := "choosing samples of " + id.String()
	newest, err := s.edge(ctx, id, newestFirst, false)
	if err != nil {
		return nil, s.fail(doing, err)
	}
	all, err := s.full(ctx, newest)
	return all, s.fail(doing, err)
}

// findingsOf are a message's findings, and its incident's where the message has
// none of that check.
func (s *Store) findingsOf(ctx context.Context, id model.IncidentID, msg model.MessageID) ([]model.Finding, error) {
	all, err := s.Findings(ctx, id, 0)
	if err != nil || msg == 0 {
		return all, err
	}
	own, err := s.Findings(ctx, id, msg)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, f := range own {
		has[f.Check] = true
	}
	for _, f := range all {
		if !has[f.Check] {
			own = append(own, f)
		}
	}
	return own, nil
}
