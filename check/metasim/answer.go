package metasim

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
)

// graphTime is how the Graph API writes times.
const graphTime = "2006-01-02T15:04:05-0700"

// A refusal is an error of the Graph API.
type refusal struct {
	http          int
	code, subcode int
	kind          string // "OAuthException" where it is empty
	message       string
	details       string
	title, text   string // for the user, in the user's language
	transient     bool
	beside        map[string]any // what stands beside the error
}

const (
	messaging  = "whatsapp_business_messaging"
	management = "whatsapp_business_management"
)

var (
	noToken    = refusal{http: 401, code: 104, message: "An access token is required to request this resource."}
	badToken   = refusal{http: 401, code: 190, message: "Invalid OAuth access token - Cannot parse access token"}
	badFields  = refusal{http: 400, code: 2500, message: "Syntax error in the fields that were asked for"}
	badCursor  = refusal{http: 400, code: 100, message: "(#100) Invalid cursors values"}
	badLimit   = refusal{http: 400, code: 100, message: "(#100) Param limit must be a positive integer"}
	noInput    = refusal{http: 400, code: 100, message: "(#100) The parameter input_token is required"}
	otherApp   = refusal{http: 400, code: 100, message: "(#100) The App_id in the input_token did not match the Viewing App"}
	wantsApp   = refusal{http: 400, code: 15, message: "(#15) This method must be called with an app access_token."}
	notGranted = refusal{http: 403, code: 10, message: "(#10) Application does not have permission for this action"}
)

func unseen(id string) refusal {
	return refusal{http: 400, code: 100, subcode: 33, kind: "GraphMethodException",
		message: fmt.Sprintf("Unsupported get request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation", id)}
}

func noField(name, kind string) refusal {
	return refusal{http: 400, code: 100, message: fmt.Sprintf("(#100) Tried accessing nonexisting field (%s) on node type (%s)", name, kind)}
}

func noPath(rest string) refusal {
	return refusal{http: 400, code: 2500, message: "Unknown path components: /" + rest}
}

func noScope(scope string) refusal {
	return refusal{http: 403, code: 200, message: "(#200) Requires " + scope + " permission to manage the object"}
}

// expired is the error 190 of a token that was valid once.
func (t Token) expired() refusal {
	r := badToken
	if t.Subcode != 0 {
		r.subcode = t.Subcode
	}
	if t.Reason != "" {
		r.message = t.Reason
	}
	return r
}

// refuse writes an error in Meta's shape.
func refuse(w http.ResponseWriter, r refusal) {
	e := map[string]any{"message": r.message, "type": r.kind, "code": r.code, "fbtrace_id": "A" + letters(22)}
	if r.kind == "" {
		e["type"] = "OAuthException"
	}
	if r.subcode != 0 {
		e["error_subcode"] = r.subcode
	}
	if r.details != "" {
		e["error_data"] = map[string]any{"messaging_product": "whatsapp", "details": r.details}
	}
	if r.title != "" {
		e["error_user_title"], e["error_user_msg"] = r.title, r.text
	}
	if r.transient {
		e["is_transient"] = true
	}
	body := map[string]any{"error": e}
	for name, v := range r.beside {
		body[name] = v
	}
	if r.http >= 400 {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`OAuth "Facebook Platform" "invalid_request" "%s"`, strings.ReplaceAll(r.message, `"`, `'`)))
	}
	writeJSON(w, r.http, body)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // what TOML can say, JSON can
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	w.Write(body)
}

// letters are n letters and digits, as trace ids have.
func letters(n int) string {
	const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = all[rand.IntN(len(all))]
	}
	return string(b)
}
