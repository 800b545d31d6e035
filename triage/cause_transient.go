package triage

import (
	"time"

	"unsent/model"
)

// A hiccup is a few failures between many sends that went well, in no pattern,
// and gone before anybody looks. Numbers that are malformed and free text that
// came too late are also a few among many, so with a code that leaves these open
// they must be out of the way first.
var transientRule = rule{
	cause: "transient",
	title: "A passing hiccup",
	may:   "1 2 131000 131016 131057 133004 139102 139103",
	look: func(e *evidence, r *reasons) {
		if !e.open && !listed("1 2 131016 131057 133004", e.code, e.subcode) {
			return
		}
		for _, dim := range []model.Dim{model.DimRecipient, model.DimTemplate, model.DimPhone, model.DimWABA, model.DimApp} {
			if c, ok := e.contrast(dim); ok && (down(c.In) || c.In.Failed == c.In.Sends && c.In.Sends > 2) {
				r.opposes(theLog, "%s failed, and a hiccup lets most through", sends(c.In.Failed, c.In.Sends))
				return
			}
		}
		s := e.around()
		if s.Sends >= 2*compare && s.Failed*10 <= s.Sends && !e.Evidence.Outage.Suspected && (e.several(model.DimRecipient) || e.several(model.DimTemplate)) {
			switch {
			case !e.loose():
				r.fits(theLog, "Only %s failed in that time, but they have something in common", sends(s.Failed, s.Sends))
			case !e.open, e.fine("recipient") && (e.fine("window") || e.sent() == templates):
				r.points(theLog, "Only %s failed in that time, here and there, and the others went well", sends(s.Failed, s.Sends))
			default:
				r.fits(theLog, "Only %s failed in that time; malformed numbers or free text after 24 hours look the same", sends(s.Failed, s.Sends))
			}
			return
		}
		first, last := e.Incident.First, e.Incident.Last
		if end := e.Evidence.Recovered; !end.IsZero() && last.Sub(first) < 10*time.Minute {
			r.fits(theLog, "It lasted %s, and since %s sends go well again", lasting(last.Sub(first)), moment(end))
			return
		}
		if !e.Incident.Successes {
			r.lacks("The log has no sends that went well, so it does not show whether most do; a log that has them would tell")
		}
	},
}

// loose reports whether the log knows no bounds of the failures but an account's.
func (e *evidence) loose() bool {
	switch e.Evidence.Shape {
	case "", model.ShapeScattered, model.ShapeAccount:
		return true
	}
	return false
}

// around is the share that failed in the widest bounds that the log compares.
func (e *evidence) around() model.Share {
	for _, dim := range []model.Dim{model.DimWABA, model.DimApp, model.DimPhone, model.DimTemplate, model.DimKind} {
		if c, ok := e.contrast(dim); ok && c.In.Sends > 0 {
			return c.In
		}
	}
	if e.Incident.Successes {
		return model.Share{Sends: e.Incident.Attempts, Failed: e.Incident.Failures}
	}
	return model.Share{}
}
