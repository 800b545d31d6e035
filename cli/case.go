package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
)

// A matter is a case and what follows from it: what show prints, what check asks
// about, what packet is made of.
type matter struct {
	model.Case
	triage.Judgement
	asked model.IncidentID // the incident that was asked for, where it has become a part of this one
}

// askedFor is the incident that an argument names, where that has become a part of
// another one; else 0.
func askedFor(arg string, is model.IncidentID) model.IncidentID {
	if t, err := model.ParseTarget(arg); err == nil && t.Incident != is {
		return t.Incident
	}
	return 0
}

func joinedText(asked, is model.IncidentID) string {
	return fmt.Sprintf("%s has become a part of %s; this is %s", asked, is, is)
}

// noteJoined says beside what a command does that it does it to another incident.
func (a *app) noteJoined(asked, is model.IncidentID) {
	if asked != 0 {
		sayLine(a.Stderr, "note: "+joinedText(asked, is))
	}
}

// find resolves a target to its incident, and to its message when it names one.
func find(ctx context.Context, s *store.Store, arg string) (model.Incident, *model.Failure, error) {
	target, err := model.ParseTarget(arg)
	if err != nil {
		return model.Incident{}, nil, &usageError{err.Error(), model.Hint(err)}
	}
	id, msg, err := s.Find(ctx, target)
	if err == nil {
		var inc model.Incident
		if inc, err = whole(ctx, s, id); err == nil {
			return inc, msg, nil
		}
	}
	if errors.Is(err, model.ErrNotFound) {
		hint := "'unsent incidents' lists the incidents, 'unsent list' the messages"
		if target.WAMID != "" {
			hint = "only failed messages are stored; was the log with this message imported?"
		}
		return model.Incident{}, nil, model.WithHint(fmt.Errorf("looking for %s: %w", target, model.ErrNotFound), hint)
	}
	return model.Incident{}, nil, err
}

// whole is the incident, or the one that it has become a part of.
func whole(ctx context.Context, s *store.Store, id model.IncidentID) (model.Incident, error) {
	seen := map[model.IncidentID]bool{}
	for {
		inc, err := s.Incident(ctx, id)
		if err != nil || inc.Joined == 0 || seen[inc.Joined] {
			return inc, err
		}
		seen[id] = true
		id = inc.Joined
	}
}

// load gathers a matter.
func load(ctx context.Context, s *store.Store, arg string) (*matter, error) {
	inc, msg, err := find(ctx, s, arg)
	if err != nil {
		return nil, err
	}
	m := &matter{asked: askedFor(arg, inc.ID)}
	var id model.MessageID
	if msg != nil {
		id = msg.ID
	}
	if m.Case, err = s.Case(ctx, inc.ID, id); err != nil {
		return nil, err
	}
	m.Judgement = triage.Judge(&m.Case)
	return m, nil
}

// codeText is the error as people name it: "131000", "twilio 63016", "HTTP 503".
func codeText(code model.Code, v model.Vendor, http int) string {
	switch {
	case code != "" && v != (model.Vendor{}):
		return string(code) + " (" + v.String() + ")"
	case code != "":
		return string(code)
	case v != (model.Vendor{}):
		return v.String()
	case http != 0:
		return fmt.Sprintf("HTTP %d", http)
	}
	return "no code"
}

// where says what an incident's failures have in common.
func where(i model.Incident) string {
	var parts []string
	switch {
	case i.Templates == 1 && i.Template != "":
		parts = append(parts, templateText(i.Template, i.Language))
	case i.Templates > 1:
		parts = append(parts, model.Count(i.Templates, "template", "templates"))
	}
	switch {
	case i.WABAs == 1 && i.WABA != "":
		parts = append(parts, "WABA "+i.WABA)
	case i.WABAs > 1:
		parts = append(parts, model.Count(i.WABAs, "WABA", "WABAs"))
	case i.PhoneIDs == 1 && i.PhoneID != "":
		parts = append(parts, "number "+i.PhoneID)
	}
	if len(parts) == 0 {
		return "not in the log"
	}
	return strings.Join(parts, ", ")
}

// templateText is a template with its language, for people who did not ask for
// the numbers that a careless name may hold.
func templateText(name, language string) string {
	return safe.MaskText(strings.TrimSuffix(name+" / "+language, " / "))
}
