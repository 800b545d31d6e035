package check

import (
	"context"
	"encoding/json"
	"strings"

	"unsent/check/graph"
	"unsent/model"
)

// A flowUse says whether the case is about a WhatsApp Flow.
type flowUse struct {
	sent  bool   // a Flow was sent
	known bool   // it can be told
	id    string // its ID; may be empty when it was sent
	draft bool   // it was sent in draft mode, as tests do
	why   string // for the agent, when it was not sent or cannot be told
	about target // the messages that it belongs to, when it was sent
}

// flowIn reads whether one message was a Flow from its request, or else its kind.
func flowIn(f *model.Failure) flowUse {
	var r struct {
		Interactive *struct {
			Type   string `json:"type"`
			Action struct {
				Parameters struct {
					ID   string `json:"flow_id"`
					Mode string `json:"mode"`
				} `json:"parameters"`
			} `json:"action"`
		} `json:"interactive"`
		Template *struct {
			Parts []struct {
				SubType string `json:"sub_type"`
			} `json:"components"`
		} `json:"template"`
	}
	read := f.Request != "" && json.Unmarshal([]byte(f.Request), &r) == nil
	switch {
	case read && r.Interactive != nil:
		p := r.Interactive.Action.Parameters
		return flowUse{sent: strings.EqualFold(r.Interactive.Type, "flow"), known: true, id: p.ID, draft: strings.EqualFold(p.Mode, "draft")}
	case read && r.Template != nil:
		for _, p := range r.Template.Parts {
			if strings.EqualFold(p.SubType, "flow") {
				return flowUse{sent: true, known: true} // the ID is the template's
			}
		}
	case strings.EqualFold(f.Kind, "flow"):
		return flowUse{sent: true, known: true}
	case strings.EqualFold(f.Kind, "interactive"), f.Kind == "":
		return flowUse{}
	}
	// A template's Flow button needs nothing in the request.
	return flowUse{known: !isTemplate(f)}
}

// flowUse is what most of the messages are. A template is looked up for a button
// that opens a Flow; the template check asks the same, so that costs nothing.
func (s Subject) flowUse(ctx context.Context, g *graph.Client) flowUse {
	sample, all := s.looked()
	var yes, no, blind int
	use := flowUse{}
	count := map[string]int{} // messages by the Flow's ID
	for _, f := range sample {
		switch u := flowIn(f); {
		case u.sent:
			yes++
			if count[u.id]++; !use.sent || use.id == "" && u.id != "" || u.id != "" && count[u.id] > count[use.id] {
				use = u
			}
		case u.known:
			no++
		default:
			blind++
		}
	}
	switch {
	case yes > 0 && yes >= no:
	case yes > 0:
		return flowUse{known: true, why: "not asked: most of the messages are no Flows, so a Flow cannot be what ails them"}
	case blind == 0:
		return flowUse{known: true, why: "not asked: no Flow was sent"}
	}
	if use.id != "" {
		delete(count, "")
		use.about = target{what: "Flow", n: count[use.id], of: len(sample), all: all, kind: len(count)}
		return use
	}
	t := s.ofTemplate()
	if t.template == "" || t.waba == "" || notDigits("WABA ID", t.waba) != "" {
		use.why = "not asked: the log does not show whether a Flow was sent; ask the CRM for the request"
		return use
	}
	list, _, err := g.Templates(ctx, t.waba, t.template)
	if err != nil {
		use.why = "not asked: whether the template opens a Flow could not be asked"
		return use
	}
	one := inTheLanguage(named(list, t.template), t.language)
	if one == nil {
		use.why = "not asked: whether the template opens a Flow is not known, because it was not found"
		return use
	}
	for _, p := range one.Parts {
		for _, b := range p.Buttons {
			if upper(b.Type) == "FLOW" {
				return flowUse{sent: true, known: true, id: b.Flow, about: t}
			}
		}
	}
	if use.sent {
		return use
	}
	return flowUse{known: true, why: "not asked: the template opens no Flow"}
}
