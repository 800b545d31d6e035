package metasim

import (
	"net/http"
	"slices"
	"time"
)

// scopes are the permissions of the account's token.
func (a *account) scopes() []string {
	if a.sc.Token.Scopes != nil {
		return *a.sc.Token.Scopes
	}
	return []string{management, messaging}
}

// debugToken answers what a token is.
func (s *Server) debugToken(w http.ResponseWriter, r *http.Request, caller *account) {
	input := r.URL.Query().Get("input_token")
	about := s.world.byToken[input]
	switch {
	case caller.sc.Token.Refused == "status":
		refuse(w, caller.sc.Token.expired())
	case input == "":
		refuse(w, noInput)
	case about == nil:
		writeJSON(w, http.StatusOK, map[string]any{"data": invalid(badToken)})
	case about.tokenApp() != caller.tokenApp():
		refuse(w, otherApp)
	default:
		writeJSON(w, http.StatusOK, map[string]any{"data": about.inspect()})
	}
}

// invalid is what debug_token says of a token that is not valid. The error has a
// field "subcode" here, where everywhere else it is "error_subcode".
func invalid(r refusal) map[string]any {
	e := map[string]any{"code": r.code, "message": r.message}
	if r.subcode != 0 {
		e["subcode"] = r.subcode
	}
	return map[string]any{"error": e, "is_valid": false, "scopes": []any{}}
}

// inspect is what debug_token says of the account's token.
func (a *account) inspect() map[string]any {
	t := a.sc.Token
	kind := t.Type
	if kind == "" {
		kind = "SYSTEM_USER"
	}
	data := map[string]any{
		"app_id": a.tokenApp(), "application": "Example CRM", "type": kind, "user_id": derived(a.WABA, "9", 1),
		"expires_at": unix(t.Expires.From(a.now)), "data_access_expires_at": unix(t.DataAccess.From(a.now)),
	}
	if t.Refused != "" {
		for name, v := range invalid(t.expired()) {
			data[name] = v
		}
		return data
	}
	targets := []string{a.WABA}
	if t.Targets != nil {
		targets = *t.Targets
	}
	var granular []any
	for _, scope := range a.scopes() {
		g := map[string]any{"scope": scope}
		if !t.NoTargets && slices.Contains([]string{management, messaging}, scope) {
			g["target_ids"] = targets
		}
		granular = append(granular, g)
	}
	data["is_valid"], data["scopes"], data["granular_scopes"] = true, a.scopes(), granular
	data["issued_at"] = a.now.Add(-30 * 24 * time.Hour).Unix()
	return data
}

// unix is a time in seconds, 0 for never.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
