package graph

import (
	"context"
	"net/url"
)

// A Template is a message template of a WABA in one language.
type Template struct {
	ID       string
	Name     string
	Language string // "en_US"
	Status   string // APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …
	Category string
	Quality  string // of quality_score: GREEN, YELLOW, RED, UNKNOWN
	Rejected string // rejected_reason; NONE when there is none
	Parts    []Part
}

// A Part is a component of a template.
type Part struct {
	Type    string // HEADER, BODY, FOOTER, BUTTONS
	Format  string // of a header: TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION
	Text    string
	Buttons []Button
}

// A Button is one button of a template.
type Button struct {
	Type string // URL, QUICK_REPLY, PHONE_NUMBER, FLOW, COPY_CODE, …
	URL  string
	Flow string // flow_id
}

// Templates asks for the templates of a WABA whose name contains name, or for all
// when name is empty. Meta's filter is not exact, so the caller compares name and
// language itself; Answer.Cut tells that not all were read.
func (c *Client) Templates(ctx context.Context, waba, name string) ([]Template, Answer, error) {
	type button struct {
		Type text `json:"type"`
		URL  text `json:"url"`
		Flow text `json:"flow_id"`
	}
	type part struct {
		Type    text         `json:"type"`
		Format  text         `json:"format"`
		Text    text         `json:"text"`
		Buttons list[button] `json:"buttons"`
	}
	type entry struct {
		ID       text `json:"id"`
		Name     text `json:"name"`
		Language text `json:"language"`
		Status   text `json:"status"`
		Category text `json:"category"`
		Quality  struct {
			Score text `json:"score"`
		} `json:"quality_score"`
		Rejected text       `json:"rejected_reason"`
		Parts    list[part] `json:"components"`
	}
	query := url.Values{"fields": {"id,name,language,status,category,quality_score,rejected_reason,components"}}
	if name != "" {
		query.Set("name", name)
	}
	rows, a, err := pages[entry](ctx, c, waba+"/message_templates", query)
	var out []Template
	for _, r := range rows {
		t := Template{ID: string(r.ID), Name: string(r.Name), Language: string(r.Language), Status: string(r.Status), Category: string(r.Category),
			Quality: string(r.Quality.Score), Rejected: string(r.Rejected)}
		for _, p := range r.Parts.items {
			q := Part{Type: string(p.Type), Format: string(p.Format), Text: string(p.Text)}
			for _, b := range p.Buttons.items {
				q.Buttons = append(q.Buttons, Button{string(b.Type), string(b.URL), string(b.Flow)})
			}
			t.Parts = append(t.Parts, q)
		}
		out = append(out, t)
	}
	return out, a, err
}

// A Flow is what Meta says of a WhatsApp Flow.
type Flow struct {
	Name     string
	Status   string // DRAFT, PUBLISHED, DEPRECATED, BLOCKED, THROTTLED
	Endpoint string // endpoint_uri
	App      string // the app that is connected to it
	Faults   []string
	Health   Health
}

// Flow asks about a Flow, and about its health as seen from a number when phone
// is not empty.
func (c *Client) Flow(ctx context.Context, flow, phone string) (Flow, Answer, error) {
	health := "health_status"
	if phone != "" {
		health += ".phone_number(" + phone + ")"
	}
	var r struct {
		Name     text `json:"name"`
		Status   text `json:"status"`
		Endpoint text `json:"endpoint_uri"`
		App      struct {
			ID text `json:"id"`
		} `json:"application"`
		Faults list[struct {
			Error   text `json:"error"`
			Message text `json:"message"`
		}] `json:"validation_errors"`
		Health *rawHealth `json:"health_status"`
	}
	a, err := c.ask(ctx, flow, url.Values{"fields": {"id,name,status,endpoint_uri,application,validation_errors," + health}}, &r)
	f := Flow{Name: string(r.Name), Status: string(r.Status), Endpoint: string(r.Endpoint), App: string(r.App.ID), Health: r.Health.health()}
	for _, e := range r.Faults.items {
		f.Faults = append(f.Faults, firstOf(string(e.Message), string(e.Error)))
	}
	return f, a, err
}
