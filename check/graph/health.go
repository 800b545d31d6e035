package graph

import (
	"context"
	"net/url"
)

// Whether an entity can send (Meta's health status page, read 22 November 2026).
const (
	Available = "AVAILABLE"
	Limited   = "LIMITED"
	Blocked   = "BLOCKED"
)

// Health is whether messages can be sent from or by a node. The overall word is
// the worst of the entities and counts calls over SIP too, so the entities are
// what is to be judged.
type Health struct {
	Said     bool   // whether the answer had a health status
	Overall  string // AVAILABLE, LIMITED, BLOCKED, or a word that nobody knows
	Entities []Entity
	Odd      int // entities that could not be read
}

// An Entity is one of the things that sending depends on.
type Entity struct {
	Type    string // PHONE_NUMBER, WABA, BUSINESS, APP, MESSAGE_TEMPLATE, FLOW
	ID      string
	CanSend string
	Info    []string
	Errors  []HealthError
}

// A HealthError is one reason why an entity is not AVAILABLE, in Meta's words.
type HealthError struct {
	Code        int
	Description string
	Solution    string
}

// About SIP reports whether the error is about calls (138024 and 138025, Meta's
// own example), which has no bearing on messages.
func (e HealthError) AboutSIP() bool { return e.Code == 138024 || e.Code == 138025 }

type rawHealth struct {
	Overall  text `json:"can_send_message"`
	Entities list[struct {
		Type    text       `json:"entity_type"`
		ID      text       `json:"id"`
		CanSend text       `json:"can_send_message"`
		Info    list[text] `json:"additional_info"`
		Errors  list[struct {
			Code        number `json:"error_code"`
			Description text   `json:"error_description"`
			Solution    text   `json:"possible_solution"`
		}] `json:"errors"`
	}] `json:"entities"`
}

func (r *rawHealth) health() Health {
	if r == nil {
		return Health{}
	}
	h := Health{Said: true, Overall: string(r.Overall), Odd: r.Entities.odd}
	for _, e := range r.Entities.items {
		x := Entity{Type: string(e.Type), ID: string(e.ID), CanSend: string(e.CanSend), Info: words(e.Info)}
		for _, f := range e.Errors.items {
			x.Errors = append(x.Errors, HealthError{int(f.Code.or(0)), string(f.Description), string(f.Solution)})
		}
		h.Entities = append(h.Entities, x)
	}
	return h
}

// Health asks whether messages can be sent: of a phone number, a WABA or a
// template.
func (c *Client) Health(ctx context.Context, node string) (Health, Answer, error) {
	var r struct {
		Health *rawHealth `json:"health_status"`
	}
	a, err := c.ask(ctx, node, url.Values{"fields": {"health_status"}}, &r)
	return r.Health.health(), a, err
}
