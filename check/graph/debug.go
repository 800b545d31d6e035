package graph

import (
	"context"
	"net/url"
)

// debugToken is the one question that is about no ID.
const debugToken = "debug_token"

// A TokenInfo is what debug_token says of a token (Graph API reference,
// debug_token; fields as seen in a public audit of 20 September 2026).
type TokenInfo struct {
	Valid      *bool  // nil: Meta did not say
	Fault      *Error // why it is not valid, when Meta says
	App        string // the app's ID
	AppName    string
	Type       string // USER, SYSTEM_USER, PAGE, APP
	Expires    Moment // Known and zero: never
	DataAccess Moment // when a user token loses the data, on a clock of its own; Known and zero: never
	Scopes     []string
	ScopesSaid bool                // whether Meta listed scopes at all
	Targets    map[string][]string // by scope: the WABAs it is bound to; a scope without any proves nothing
}

// Debug asks what Meta knows of the client's own token, in its own name: that
// works without the app's secret (public audit, 20 September 2026), though Meta's
// reference wants a token of the app or of a developer of it. An error is no
// verdict on the token, except where Error.BadToken.
func (c *Client) Debug(ctx context.Context) (TokenInfo, Answer, error) {
	var r struct {
		Data struct {
			Valid      flag       `json:"is_valid"`
			Error      *rawError  `json:"error"`
			App        text       `json:"app_id"`
			AppName    text       `json:"application"`
			Type       text       `json:"type"`
			Expires    Moment     `json:"expires_at"`
			DataAccess Moment     `json:"data_access_expires_at"`
			Scopes     list[text] `json:"scopes"`
			Granular   list[struct {
				Scope   text       `json:"scope"`
				Targets list[text] `json:"target_ids"`
			}] `json:"granular_scopes"`
		} `json:"data"`
	}
	a, err := c.ask(ctx, debugToken, url.Values{"input_token": {c.token}}, &r)
	if err != nil {
		return TokenInfo{}, a, err
	}
	d := r.Data
	t := TokenInfo{App: string(d.App), AppName: string(d.AppName), Type: string(d.Type), Expires: d.Expires,
		DataAccess: d.DataAccess, Scopes: words(d.Scopes), ScopesSaid: d.Scopes.known, Targets: map[string][]string{}}
	if d.Valid.known {
		t.Valid = &d.Valid.value
	}
	if d.Error != nil {
		t.Fault = d.Error.error(0)
	}
	for _, g := range d.Granular.items {
		if ids := words(g.Targets); len(ids) > 0 {
			t.Targets[string(g.Scope)] = append(t.Targets[string(g.Scope)], ids...)
		}
	}
	return t, a, nil
}
