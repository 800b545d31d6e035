package graph

import (
	"context"
	"net/url"
	"strings"
)

// A WABA is what Meta says of a WhatsApp Business Account. An empty field was not
// in the answer.
type WABA struct {
	Name         string
	Status       string // ACTIVE, PENDING, RESTRICTED, DISABLED (OpenAPI v23.0)
	Review       string // account_review_status: APPROVED, PENDING, REJECTED, …
	Verification string // business_verification_status, lower case in the SDK, upper in the OpenAPI file
	Ownership    string
	Currency     string
	Country      string
	Timezone     string
	Marketing    *bool // disable_marketing_messages_on_cloud_api
	Limit        string
}

const accountFields = "id,name,status,account_review_status,business_verification_status,ownership_type,currency,country," +
	"timezone_id,disable_marketing_messages_on_cloud_api,whatsapp_business_manager_messaging_limit"

// Account asks about a WABA. primary_funding_id is not asked for: only some
// partners' apps may, and the whole question would fail.
func (c *Client) Account(ctx context.Context, waba string) (WABA, Answer, error) {
	var r struct {
		Name         text `json:"name"`
		Status       text `json:"status"`
		Review       text `json:"account_review_status"`
		Verification text `json:"business_verification_status"`
		Ownership    text `json:"ownership_type"`
		Currency     text `json:"currency"`
		Country      text `json:"country"`
		Timezone     text `json:"timezone_id"`
		Marketing    flag `json:"disable_marketing_messages_on_cloud_api"`
		Limit        text `json:"whatsapp_business_manager_messaging_limit"`
	}
	a, err := c.ask(ctx, waba, url.Values{"fields": {accountFields}}, &r)
	w := WABA{string(r.Name), string(r.Status), string(r.Review), strings.ToLower(string(r.Verification)), string(r.Ownership),
		string(r.Currency), string(r.Country), string(r.Timezone), nil, string(r.Limit)}
	if r.Marketing.known {
		w.Marketing = &r.Marketing.value
	}
	return w, a, err
}

// A Subscriber is an app that gets a WABA's webhooks.
type Subscriber struct {
	ID       string
	Name     string
	Override string // override_callback_uri: the webhooks go there and not to the app's own address
}

// Subscribed asks which apps get the WABA's webhooks. Meta documents the entries
// both nested and flat; both are read. Answer.Cut tells that not all were read.
func (c *Client) Subscribed(ctx context.Context, waba string) ([]Subscriber, Answer, error) {
	type app struct {
		ID   text `json:"id"`
		Name text `json:"name"`
	}
	type entry struct {
		app
		Data     *app `json:"whatsapp_business_api_data"`
		Override text `json:"override_callback_uri"`
	}
	var r struct {
		Data list[entry] `json:"data"`
	}
	a, err := c.ask(ctx, waba+"/subscribed_apps", nil, &r)
	if err == nil && !r.Data.known {
		err = errNoList
	}
	a.Cut = a.Cut || r.Data.odd > 0
	var out []Subscriber
	for _, e := range r.Data.items {
		who := e.app
		if e.Data != nil {
			who = *e.Data
		}
		out = append(out, Subscriber{string(who.ID), string(who.Name), string(e.Override)})
	}
	return out, a, err
}

// An Activity is one line of a WABA's log of changes.
type Activity struct {
	Type        string // TEMPLATE_UPDATED, PERMISSION_REVOKED, …
	At          Moment
	Actor       string // USER, ADMIN, SYSTEM
	Description string
}

// Activities asks what was changed on a WABA. The endpoint is known from Meta's
// OpenAPI file and SDK only; whether it answers is not proven.
func (c *Client) Activities(ctx context.Context, waba string) ([]Activity, Answer, error) {
	type entry struct {
		Type        text   `json:"activity_type"`
		At          Moment `json:"timestamp"`
		Actor       text   `json:"actor_type"`
		Description text   `json:"description"`
	}
	rows, a, err := pages[entry](ctx, c, waba+"/activities", url.Values{"fields": {"id,activity_type,timestamp,actor_type,description"}})
	var out []Activity
	for _, r := range rows {
		out = append(out, Activity{string(r.Type), r.At, string(r.Actor), string(r.Description)})
	}
	return out, a, err
}
