package metasim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var graphPath = regexp.MustCompile(`^/(v[0-9]{1,3}\.[0-9]{1,2})/(.*)$`)

// ServeHTTP answers one request. Whatever is not a GET is refused and recorded:
// the client must have no way to change anything.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.record(r)
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET is answered here", http.StatusMethodNotAllowed)
		return
	}
	if !s.wait(r.Context(), s.delay) {
		return
	}
	if m := graphPath.FindStringSubmatch(r.URL.Path); m != nil {
		s.graph(w, r, m[1], strings.Split(m[2], "/"))
		return
	}
	s.page(w, r)
}

// bearer is the access token of a request.
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// edges are the lists that hang on a kind of node, and the permission that each
// needs.
var edges = map[string]map[string]string{
	"WhatsAppBusinessAccount":     {"phone_numbers": management, "subscribed_apps": management, "message_templates": management, "activities": management},
	"WhatsAppBusinessPhoneNumber": {"whatsapp_business_encryption": messaging, "message_history": messaging},
	"Application":                 {"subscriptions": ""},
}

// graph answers for the Graph API.
func (s *Server) graph(w http.ResponseWriter, r *http.Request, version string, parts []string) {
	caller := s.world.byToken[bearer(r)]
	graphHeaders(w.Header(), version, caller)
	switch {
	case r.Header.Get("Authorization") == "":
		refuse(w, noToken)
		return
	case caller == nil:
		refuse(w, badToken)
		return
	}
	asked, err := askedFields(r)
	if err != nil {
		refuse(w, badFields)
		return
	}
	target := s.world.nodes[parts[0]]
	if f := caller.fault(op(parts, target, asked)); f != nil && s.misbehave(w, r, *f) {
		return
	}
	if parts[0] == "debug_token" && len(parts) == 1 {
		s.debugToken(w, r, caller)
		return
	}
	switch {
	case caller.sc.Token.Refused != "":
		refuse(w, caller.sc.Token.expired())
	case target == nil, target.hidden, target.own != nil && target.own != caller:
		refuse(w, unseen(parts[0]))
	case len(parts) == 1:
		s.node(w, caller, target, asked)
	default:
		scope, ok := edges[target.kind][parts[1]]
		if !ok || len(parts) > 2 {
			refuse(w, noPath(strings.Join(parts[1:], "/")))
			return
		}
		if scope != "" && !slices.Contains(caller.scopes(), scope) {
			refuse(w, noScope(scope))
			return
		}
		s.edge(w, r, caller, parts[1], asked)
	}
}

// graphHeaders are those of each answer.
func graphHeaders(h http.Header, version string, caller *account) {
	h.Set("x-fb-trace-id", letters(11))
	h.Set("x-fb-request-id", "A"+letters(22))
	h.Set("x-fb-rev", "1020304050")
	h.Set("Cache-Control", "private, no-cache, no-store, must-revalidate")
	h.Set("x-app-usage", `{"call_count":1,"total_cputime":0,"total_time":1}`)
	h.Set("facebook-api-version", version)
	if caller == nil {
		return
	}
	if caller.sc.Version != "" {
		h.Set("facebook-api-version", caller.sc.Version)
	}
	usage := with(map[string]any{"type": "whatsapp_business_management", "call_count": 1, "total_cputime": 1, "total_time": 1, "estimated_time_to_regain_access": 0}, caller.sc.Usage)
	text, err := json.Marshal(map[string]any{caller.WABA: []any{usage}})
	if err != nil {
		panic(err) // what TOML can say, JSON can
	}
	h.Set("x-business-use-case-usage", string(text))
}

// askedFields are the fields that a request asks for, nil when it names none.
func askedFields(r *http.Request) ([]field, error) {
	text := r.URL.Query().Get("fields")
	if text == "" {
		return nil, nil
	}
	return parseFields(text)
}

// op is the name that faults have for a question, and whether it is about health.
func op(parts []string, target *node, asked []field) (name string, health bool) {
	switch {
	case len(parts) > 1:
		return parts[1], false
	case target == nil:
		return parts[0], false
	}
	return target.op, slices.ContainsFunc(asked, func(f field) bool { return f.name == "health_status" })
}

// node answers for what has an id.
func (s *Server) node(w http.ResponseWriter, caller *account, n *node, asked []field) {
	scopes := caller.scopes()
	switch n.kind {
	case "WhatsAppBusinessPhoneNumber":
		// Which of the two permissions a number needs is in no source: one is enough.
		if !slices.Contains(scopes, management) && !slices.Contains(scopes, messaging) {
			refuse(w, noScope(management))
			return
		}
	case "Application":
	default:
		if !slices.Contains(scopes, management) {
			refuse(w, noScope(management))
			return
		}
	}
	if n.kind == "WhatsAppBusinessAccount" && slices.ContainsFunc(asked, func(f field) bool { return f.name == "primary_funding_id" }) {
		refuse(w, notGranted) // only some partners' apps may ask for it
		return
	}
	values := n.fields
	for _, f := range asked {
		if f.name == "health_status" && n.entity != "" {
			phone := s.world.nodes[f.args["phone_number"]]
			if phone != nil && (phone.entity != "PHONE_NUMBER" || phone.own != caller) {
				phone = nil
			}
			values = with(values, map[string]any{"health_status": caller.health(n, phone)})
		}
	}
	out, unknown := view(n.kind, values, asked, caller.sc.Unknown[n.op])
	if unknown != "" {
		refuse(w, noField(unknown, n.kind))
		return
	}
	writeJSON(w, http.StatusOK, out)
}
