package metasim

import "slices"

// The words of health_status, best first, and the entities that have a health.
var (
	healths  = []string{"AVAILABLE", "LIMITED", "BLOCKED"}
	entities = []string{"PHONE_NUMBER", "WABA", "BUSINESS", "APP", "MESSAGE_TEMPLATE", "FLOW"}
)

// health is the health_status of a node: of itself where it is no account, then
// of the account, the business and the token's app. phone is a number that a
// question about a Flow named; nil: none.
func (a *account) health(of, phone *node) map[string]any {
	var list []any
	worst := 0
	add := func(entity, id string) {
		h := a.entity(entity, of)
		e := map[string]any{"entity_type": entity, "id": id, "can_send_message": h.Send}
		worst = max(worst, slices.Index(healths, h.Send), slices.Index(healths, h.SIP))
		if h.SIP != "" {
			e["can_receive_call_sip"] = h.SIP
		}
		if len(h.Info) > 0 {
			e["additional_info"] = h.Info
		}
		if len(h.Errors) > 0 {
			e["errors"] = h.Errors
		}
		list = append(list, e)
	}
	if of.entity != "WABA" {
		add(of.entity, of.id)
	}
	if phone != nil {
		add(phone.entity, phone.id)
	}
	add("WABA", a.WABA)
	add("BUSINESS", a.business())
	add("APP", a.tokenApp())
	return map[string]any{"can_send_message": healths[worst], "entities": list}
}

// entity is what the scenario says of an entity, or what follows from the rest.
func (a *account) entity(entity string, of *node) Health {
	h, said := a.sc.Health[entity]
	switch {
	case entity == "MESSAGE_TEMPLATE" && !said && of.fields["status"] != "APPROVED":
		h.Send = "BLOCKED"
		h.Errors = []map[string]any{{"error_code": 141002, "error_description": "This message template is not approved.", "possible_solution": "Edit the template, or appeal."}}
	case entity == "APP" && !said && !slices.ContainsFunc(a.apps(), func(app App) bool { return app.ID == a.tokenApp() }):
		h.Send = "LIMITED"
		h.Info = []string{"Your app is not subscribed to the message webhook."}
	}
	if h.Send == "" {
		h.Send = healths[0]
	}
	if h.SIP == "" && (entity == "PHONE_NUMBER" || entity == "APP") {
		h.SIP = healths[0]
	}
	return h
}

// tokenApp is the app that the token was made for.
func (a *account) tokenApp() string {
	if a.sc.Token.App != "" {
		return a.sc.Token.App
	}
	return a.App
}

// apps are the apps that are subscribed to the account's webhooks.
func (a *account) apps() []App {
	if a.sc.Apps != nil {
		return *a.sc.Apps
	}
	return []App{{ID: a.App, Name: "Example CRM"}}
}
