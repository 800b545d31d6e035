package metasim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A row is an entry of a list.
type row struct {
	kind   string
	values map[string]any
}

// edge answers with a list that hangs on a node of the caller's.
func (s *Server) edge(w http.ResponseWriter, r *http.Request, caller *account, name string, asked []field) {
	var rows []row
	switch name {
	case "subscriptions":
		refuse(w, wantsApp)
		return
	case "phone_numbers":
		rows = nodeRows(caller.phones, nil)
	case "message_templates":
		rows = nodeRows(caller.templates, r.URL.Query())
	case "subscribed_apps":
		rows = caller.subscribed()
	case "whatsapp_business_encryption":
		rows = caller.key()
	case "message_history":
		rows = caller.history(r.URL.Query().Get("message_id"))
	case "activities":
		rows = caller.activities()
	}
	data := []any{}
	for _, x := range rows {
		v, unknown := view(x.kind, x.values, asked, caller.sc.Unknown[name])
		if unknown != "" {
			refuse(w, noField(unknown, x.kind))
			return
		}
		data = append(data, v)
	}
	s.list(w, r, caller, data)
}

// nodeRows are the nodes that stand in their account's list and pass the filters.
// A name is found wherever it is contained, as Meta's filter does.
func nodeRows(nodes []*node, filter url.Values) []row {
	var out []row
	for _, n := range nodes {
		name, _ := n.fields["name"].(string)
		if !n.list || !strings.Contains(name, filter.Get("name")) || !oneOf(filter, "language", n) || !oneOf(filter, "status", n) {
			continue
		}
		out = append(out, row{n.kind, n.fields})
	}
	return out
}

// oneOf reports whether a node passes a filter such as language=["en","es"].
func oneOf(filter url.Values, name string, n *node) bool {
	want := strings.Trim(filter.Get(name), "[]")
	if want == "" {
		return true
	}
	have, _ := n.fields[name].(string)
	return slices.ContainsFunc(strings.Split(want, ","), func(s string) bool { return strings.Trim(s, `" `) == have })
}

func (a *account) subscribed() []row {
	var out []row
	for _, app := range a.apps() {
		v := map[string]any{"id": app.ID, "name": app.Name, "link": "https://www.facebook.com/games/?app_id=" + app.ID}
		if !app.Flat {
			v = map[string]any{"whatsapp_business_api_data": v}
		}
		if app.Override != "" {
			v["override_callback_uri"] = app.Override
		}
		kind := "WhatsAppBusinessAccountToSubscribedApp"
		if app.Flat {
			kind = "Application"
		}
		out = append(out, row{kind, v})
	}
	return out
}

func (a *account) key() []row {
	if len(a.sc.Key) == 0 {
		return nil
	}
	return []row{{"WhatsAppBusinessEncryption", a.sc.Key}}
}

// history is what is known of a message: of any that is asked about, since a
// scenario is about one.
func (a *account) history(wamid string) []row {
	if wamid == "" || len(a.sc.History) == 0 {
		return nil
	}
	var events []any
	for i, e := range a.sc.History {
		v := map[string]any{"id": derived(a.WABA, "4", i+1), "delivery_status": e.Status, "timestamp": unix(e.At.From(a.now)), "application": map[string]any{"id": a.App}}
		for name, text := range map[string]string{"webhook_update_state": e.Webhook, "webhook_uri": e.URI, "error_description": e.Error} {
			if text != "" {
				v[name] = text
			}
		}
		events = append(events, v)
	}
	return []row{{"WhatsAppMessageHistory", map[string]any{"id": derived(a.WABA, "4", 0), "message_id": wamid, "events": map[string]any{"data": events}}}}
}

// usualActivity is of accounts whose scenario names none: long ago, and harmless.
var usualActivity = []Activity{{Type: "USER_ADDED", At: Moment{-20 * 24 * time.Hour, true}, Actor: "ADMIN", Description: "A user was added to the account"}}

func (a *account) activities() []row {
	list := a.sc.Activity
	if list == nil {
		list = usualActivity
	}
	var out []row
	for i, x := range list {
		out = append(out, row{"WhatsAppBusinessAccountActivity", map[string]any{
			"id": derived(a.WABA, "3", i+1), "activity_type": x.Type, "timestamp": x.At.From(a.now).Format(time.RFC3339), "actor_type": x.Actor, "description": x.Description,
		}})
	}
	return out
}

// list writes one page of a list.
func (s *Server) list(w http.ResponseWriter, r *http.Request, caller *account, data []any) {
	q := r.URL.Query()
	limit, paging := 25, caller.sc.Paging
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			refuse(w, badLimit)
			return
		}
		limit = min(n, 100)
	}
	if paging.Size > 0 {
		limit = min(limit, paging.Size)
	}
	from, ok := readCursor(q.Get("after"))
	if !ok || from > len(data) {
		refuse(w, badCursor)
		return
	}
	if paging.Loop {
		from = 0
	}
	to := min(from+limit, len(data))
	out := map[string]any{"data": data[from:to]}
	if to > from {
		p := map[string]any{"cursors": map[string]any{"before": cursor(from), "after": cursor(to)}}
		if to < len(data) || paging.Loop {
			p["next"] = s.next(r, caller, cursor(to))
		}
		out["paging"] = p
	}
	writeJSON(w, http.StatusOK, out)
}

// next is the address of the next page. As in Meta's own, the access token is in
// it: whoever shows or keeps the answer as it came gives the token away.
func (s *Server) next(r *http.Request, caller *account, after string) string {
	q := r.URL.Query()
	q.Set("after", after)
	q.Set("access_token", caller.Token)
	return s.URL + r.URL.Path + "?" + q.Encode()
}

func cursor(n int) string { return base64.URLEncoding.EncodeToString(fmt.Appendf(nil, "at:%d", n)) }

// readCursor reads what cursor wrote; nothing is the beginning.
func readCursor(s string) (n int, ok bool) {
	if s == "" {
		return 0, true
	}
	text, err := base64.URLEncoding.DecodeString(s)
	digits, found := strings.CutPrefix(string(text), "at:")
	if err != nil || !found {
		return 0, false
	}
	n, err = strconv.Atoi(digits)
	return n, err == nil && n >= 0
}
