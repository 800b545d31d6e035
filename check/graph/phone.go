package graph

import (
	"context"
	"net/url"
)

// A Phone is what Meta says of a business phone number. An empty field was not in
// the answer.
type Phone struct {
	ID           string
	Display      string // "+1 555-010-0123"
	Name         string // verified_name, what customers see
	Status       string // CONNECTED is the healthy one
	Quality      string // GREEN, YELLOW, RED, NA, UNKNOWN
	Verification string // code_verification_status: NOT_VERIFIED does not stop sending
	NameStatus   string // of the display name: APPROVED, DECLINED, …
	Mode         string // LIVE, SANDBOX
	Platform     string // CLOUD_API, ON_PREMISE, NOT_APPLICABLE (not registered)
	Throughput   string // STANDARD, HIGH, NOT_APPLICABLE
	Limit        string // TIER_250 … TIER_UNLIMITED, UNTIERED
	OnBizApp     *bool  // also used in the WhatsApp Business app
	Webhook      string // an address that the number's webhooks are sent to in place of the app's
}

const phoneFields = "id,display_phone_number,verified_name,status,quality_rating,code_verification_status,name_status,account_mode," +
	"platform_type,throughput,whatsapp_business_manager_messaging_limit,is_on_biz_app,webhook_configuration"

type rawPhone struct {
	ID           text `json:"id"`
	Display      text `json:"display_phone_number"`
	Name         text `json:"verified_name"`
	Status       text `json:"status"`
	Quality      text `json:"quality_rating"`
	Verification text `json:"code_verification_status"`
	NameStatus   text `json:"name_status"`
	Mode         text `json:"account_mode"`
	Platform     text `json:"platform_type"`
	Throughput   struct {
		Level text `json:"level"`
	} `json:"throughput"`
	Limit    text `json:"whatsapp_business_manager_messaging_limit"`
	OnBizApp flag `json:"is_on_biz_app"`
	Webhook  struct {
		Number text `json:"phone_number"`
		WABA   text `json:"whatsapp_business_account"`
	} `json:"webhook_configuration"`
}

func (r *rawPhone) phone() Phone {
	p := Phone{ID: string(r.ID), Display: string(r.Display), Name: string(r.Name), Status: string(r.Status), Quality: string(r.Quality),
		Verification: string(r.Verification), NameStatus: string(r.NameStatus), Mode: string(r.Mode), Platform: string(r.Platform),
		Throughput: string(r.Throughput.Level), Limit: string(r.Limit), Webhook: firstOf(string(r.Webhook.Number), string(r.Webhook.WABA))}
	if r.OnBizApp.known {
		p.OnBizApp = &r.OnBizApp.value
	}
	return p
}

// Phone asks about one number.
func (c *Client) Phone(ctx context.Context, phone string) (Phone, Answer, error) {
	var r rawPhone
	a, err := c.ask(ctx, phone, url.Values{"fields": {phoneFields}}, &r)
	return r.phone(), a, err
}

// Phones asks for the numbers of a WABA. Answer.Cut tells that not all were
// read.
func (c *Client) Phones(ctx context.Context, waba string) ([]Phone, Answer, error) {
	rows, a, err := pages[rawPhone](ctx, c, waba+"/phone_numbers", url.Values{
		"fields": {"id,display_phone_number,verified_name,status,quality_rating,platform_type"}})
	var out []Phone
	for i := range rows {
		out = append(out, rows[i].phone())
	}
	return out, a, err
}

// Encryption asks for the state of the signature of a number's business public
// key: VALID, MISMATCH, or "" when no key is set. Meta documents the answer with
// and without a list around it; both are read.
func (c *Client) Encryption(ctx context.Context, phone string) (status string, a Answer, err error) {
	type entry struct {
		Key    text `json:"business_public_key"`
		Status text `json:"business_public_key_signature_status"`
	}
	var r struct {
		entry
		Data list[entry] `json:"data"`
	}
	a, err = c.ask(ctx, phone+"/whatsapp_business_encryption", nil, &r)
	for _, e := range append(r.Data.items, r.entry) {
		if e.Status != "" {
			return string(e.Status), a, err
		}
	}
	if err == nil && !r.Data.known {
		err = errNoList
	}
	return "", a, err
}

// A MessageEvent is one step of a message as Meta's history has it.
type MessageEvent struct {
	Delivery string // SENT, DELIVERED, READ, FAILED, DELETED, ACCEPTED, ERROR
	Webhook  string // PENDING, DELIVERED, FAILED, RETRYING: of the webhook about it
	At       Moment
	Address  string // of the webhook
	Fault    string // about the webhook, not about the message
}

// History asks what Meta knows of one message. The endpoint is known from Meta's
// OpenAPI file only and may be closed.
func (c *Client) History(ctx context.Context, phone, wamid string) ([]MessageEvent, Answer, error) {
	type event struct {
		Delivery text   `json:"delivery_status"`
		Webhook  text   `json:"webhook_update_state"`
		At       Moment `json:"timestamp"`
		Address  text   `json:"webhook_uri"`
		Fault    text   `json:"error_description"`
	}
	type entry struct {
		Message text `json:"message_id"`
		Events  struct {
			Data list[event] `json:"data"`
		} `json:"events"`
	}
	rows, a, err := pages[entry](ctx, c, phone+"/message_history", url.Values{"message_id": {wamid},
		"fields": {"id,message_id,events{delivery_status,webhook_update_state,timestamp,webhook_uri,error_description}"}})
	var out []MessageEvent
	for _, r := range rows {
		if r.Message != "" && string(r.Message) != wamid {
			continue
		}
		for _, e := range r.Events.Data.items {
			out = append(out, MessageEvent{string(e.Delivery), string(e.Webhook), e.At, string(e.Address), string(e.Fault)})
		}
	}
	return out, a, err
}
