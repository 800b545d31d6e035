package triage

import (
	"math"
	"time"

	"unsent/model"
)

// Bounds are what StrandOf tells records apart by.
func Bounds(r *model.Record) model.Bounds {
	s := StrandOf(r)
	return model.Bounds{Code: s.Code, Vendor: s.Vendor, HTTP: s.HTTP, Title: s.Title,
		WABA: s.WABA, PhoneID: s.Phone, Template: s.Template, Language: s.Language, App: s.App}
}

// Incidents makes incidents of all strands of a log, which include successes. Those
// that go on with a known one have its number. known are the extents of the
// incidents as they stand, in milliseconds as model.Extent has them. tally may be nil.
func Incidents(all []model.Strand, known map[model.Extent]model.IncidentID, tally Tally) []model.Group {
	strands := make([]Strand, len(all))
	for i := range all {
		s := &all[i]
		strands[i] = Strand{ID: s.ID, Code: s.Code, Vendor: s.Vendor, HTTP: s.HTTP, Title: s.Title,
			WABA: s.WABA, Phone: s.PhoneID, Template: s.Template, Language: s.Language, App: s.App, Minutes: s.Minutes}
	}
	groups := Groups(strands, tally)
	next := Match(knownOf(known), groups, strands)
	out := make([]model.Group, len(groups))
	at := map[int64]int{} // group by number
	for i := range groups {
		out[i] = groups[i].model(model.IncidentID(next.Numbers[i]))
		at[next.Numbers[i]] = i
	}
	for _, m := range next.Merged {
		if i, ok := at[m.Into]; ok {
			out[i].Joined = append(out[i].Joined, model.IncidentID(m.Number))
		}
	}
	return out
}

// perMinute is how many milliseconds a minute has.
const perMinute = int64(time.Minute / time.Millisecond)

func knownOf(known map[model.Extent]model.IncidentID) []Known {
	at := map[model.IncidentID]int{}
	var out []Known
	for e, id := range known {
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id], out = i, append(out, Known{Number: int64(id)})
		}
		x := Extent{Strand: e.Strand, From: max(e.From, 0) / perMinute, To: math.MaxInt32}
		if to := e.To/perMinute - 1; to < x.To {
			x.To = to
		}
		out[i].Extents = append(out[i].Extents, x)
	}
	return out
}

func (g *Group) model(id model.IncidentID) model.Group {
	out := model.Group{ID: id, Shape: g.Shape, Reason: g.Reason, Going: g.Going, Outage: g.Beside}
	if g.Outage != nil {
		out.Outage = g.Outage.seen()
	}
	for _, e := range g.Extents {
		out.Extents = append(out.Extents, model.Extent{Strand: e.Strand, From: e.From * perMinute, To: (e.To + 1) * perMinute})
	}
	return out
}

// seen is a disruption as the evidence of an incident.
func (d *Disruption) seen() model.LogOutage {
	o := model.LogOutage{Suspected: d.Suspect == SuspectMeta, WABAs: d.Active, Hit: len(d.WABAs), Reason: d.Reason()}
	if o.Suspected {
		o.Since = time.Unix(d.From*60, 0).UTC()
	}
	if d.Over {
		o.Until, o.Quiet, o.After = time.Unix((d.To+1)*60, 0).UTC(), d.Recovered == 0, d.After
		if d.Again != 0 {
			o.Again = time.Unix(d.Again*60, 0).UTC()
		}
		o.Reason += " " + d.Resume()
	}
	return o
}
