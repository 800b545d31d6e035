package metasim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// metaFile is Meta's own description of its API, where it is at hand.
const metaFile = "../../../shared/data/meta-openapi-v23.0.yaml"

// A judge stands between a client and the pretend Meta and holds what both say
// to Meta's file.
type judge struct {
	doc    *openapi3.T
	server *Server

	mu     sync.Mutex
	judged int
	excuse map[int]int // how often each exception was needed
	faults []string    // what is in no exception
}

func newJudge(t *testing.T) *judge {
	t.Helper()
	if _, err := os.Stat(metaFile); err != nil {
		t.Skip("Meta's OpenAPI file is not here")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(metaFile)
	if err != nil {
		t.Fatal(err)
	}
	return &judge{doc: doc, excuse: map[int]int{}}
}

// paths are the operations of Meta's file, by the name that faults have for the
// question. An empty one is not in the file.
var paths = map[string]string{
	"account": "/{Version}/{WABA-ID}", "phone": "/{Version}/{Phone-Number-ID}", "template": "/{Version}/{TEMPLATE_ID}", "flow": "/{Version}/{Flow-ID}",
	"phone_numbers": "/{Version}/{WABA-ID}/phone_numbers", "subscribed_apps": "/{Version}/{WABA-ID}/subscribed_apps",
	"message_templates": "/{Version}/{WABA-ID}/message_templates", "activities": "/{Version}/{WABA-ID}/activities",
	"whatsapp_business_encryption": "/{Version}/{Phone-Number-ID}/whatsapp_business_encryption",
	"message_history":              "/{Version}/{Phone-Number-ID}/message_history",
	"debug_token":                  "", "app": "", "subscriptions": "", "1": "",
}

// ServeHTTP hands a question on, and judges it and the answer.
func (j *judge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := graphPath.FindStringSubmatch(r.URL.Path)
	if m == nil {
		j.server.ServeHTTP(w, r) // the status page is not in the file
		return
	}
	parts := strings.Split(m[2], "/")
	caller := j.server.world.byToken[bearer(r)]
	asked, err := askedFields(r)
	if caller == nil || err != nil {
		j.fault("request of %s: no token that is known, or fields that are not well formed", r.URL.Path)
		return
	}
	target := j.server.world.nodes[parts[0]]
	name, health := op(parts, target, asked)
	if f := caller.fault(name, health); f != nil && f.How != "error" && f.How != "late" {
		j.server.ServeHTTP(w, r) // what it says is not Meta's on purpose
		return
	}
	got := httptest.NewRecorder()
	j.server.ServeHTTP(got, r)
	j.request(caller.Scenario, name, r, parts[0])
	j.response(caller.Scenario, name, r, got)
	for name, values := range got.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(got.Code)
	w.Write(got.Body.Bytes())
}

// operation is what Meta's file says of a question; nil: nothing.
func (j *judge) operation(name string) (*openapi3.PathItem, *openapi3.Operation) {
	path := paths[name]
	if path == "" {
		return nil, nil
	}
	item := j.doc.Paths.Value(path)
	return item, item.Get
}

func (j *judge) request(scenario, name string, r *http.Request, id string) {
	item, operation := j.operation(name)
	if operation == nil {
		j.violation(scenario, name, "operation", "", "it is not in Meta's file")
		return
	}
	params := map[string]string{"Version": graphPath.FindStringSubmatch(r.URL.Path)[1]}
	for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
		if p.Value.In == "path" && p.Value.Name != "Version" {
			params[p.Value.Name] = id
		}
	}
	for q := range r.URL.Query() {
		if !slices.ContainsFunc(operation.Parameters, func(p *openapi3.ParameterRef) bool { return p.Value.In == "query" && p.Value.Name == q }) {
			j.violation(scenario, name, "query", q, "the operation has no such parameter")
		}
	}
	err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: &routers.Route{Spec: j.doc, Path: paths[name], PathItem: item, Method: http.MethodGet, Operation: operation},
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	for _, e := range flat(err) {
		var bad *openapi3filter.RequestError
		if errors.As(e, &bad) && bad.Parameter != nil {
			j.violation(scenario, name, bad.Parameter.In, bad.Parameter.Name, bad.Error())
			continue
		}
		j.violation(scenario, name, "request", "", e.Error())
	}
}

func (j *judge) response(scenario, name string, r *http.Request, got *httptest.ResponseRecorder) {
	var body any
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
		j.fault("%s %s: the answer is no JSON: %v", scenario, name, err)
		return
	}
	j.mu.Lock()
	j.judged++
	j.mu.Unlock()
	if top, _ := body.(map[string]any); top["error"] != nil {
		if got.Code < 400 {
			j.violation(scenario, name, "status", "", fmt.Sprintf("an error with HTTP %d", got.Code))
		}
		j.hold(scenario, name, "error", j.doc.Components.Schemas["GraphAPIError"].Value, body)
		return
	}
	j.healths(scenario, name, body)
	item, operation := j.operation(name)
	if operation == nil {
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, Route: &routers.Route{Spec: j.doc, Path: paths[name], PathItem: item, Method: http.MethodGet, Operation: operation}}
	err := openapi3filter.ValidateResponse(r.Context(), (&openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: got.Code, Header: got.Header(),
		Options: &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true}}).SetBodyBytes(got.Body.Bytes()))
	j.blame(scenario, name, "", err)
}

// healths holds each health_status to the only schema of one in Meta's file, that
// of a Flow.
func (j *judge) healths(scenario, name string, body any) {
	top, _ := body.(map[string]any)
	if health, ok := top["health_status"]; ok {
		_, flow := j.operation("flow")
		schema := flow.Responses.Value("200").Value.Content.Get("application/json").Schema.Value.Properties["health_status"].Value
		j.hold(scenario, name, "health_status", schema, health)
	}
}

func (j *judge) hold(scenario, name, where string, schema *openapi3.Schema, v any) {
	j.blame(scenario, name, where, schema.VisitJSON(v, openapi3.MultiErrors()))
}

var number = regexp.MustCompile(`/[0-9]+(/|$)`)

// blame counts each thing that is wrong with an answer.
func (j *judge) blame(scenario, name, where string, err error) {
	for _, e := range flat(err) {
		var bad *openapi3.SchemaError
		if !errors.As(e, &bad) {
			j.fault("%s %s: %v", scenario, name, e)
			continue
		}
		at := strings.TrimPrefix(where+"/"+strings.Join(bad.JSONPointer(), "/"), "/")
		value := fmt.Sprint(bad.Value)
		if bad.SchemaField == "required" {
			value = "absent"
		}
		j.violation(scenario, name, "answer", number.ReplaceAllString(at, "/*$1"), value+": "+bad.Reason)
	}
}

// flat are the errors of which an error is made. An error about a parameter stays
// whole, since it alone says which.
func flat(err error) []error {
	switch e := err.(type) { //nolint:errorlint // what wraps is what is taken apart
	case nil:
		return nil
	case openapi3.MultiError:
		var out []error
		for _, one := range e {
			out = append(out, flat(one)...)
		}
		return out
	case *openapi3filter.ResponseError:
		if e.Err != nil {
			return flat(e.Err)
		}
	}
	return []error{err}
}

func (j *judge) fault(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if text := fmt.Sprintf(format, args...); !slices.Contains(j.faults, text) {
		j.faults = append(j.faults, text)
	}
}

// violation is something that Meta's file does not allow: an exception says why
// it is so all the same, or it is a fault.
func (j *judge) violation(scenario, name, kind, at, what string) {
	for i, x := range exceptions {
		if x.matches(scenario, name, kind, at, what) {
			j.mu.Lock()
			j.excuse[i]++
			j.mu.Unlock()
			return
		}
	}
	j.fault("%s %s: %s %s: %s", scenario, name, kind, at, what)
}

// questions are what a client asks of an account: every node and list, with all
// the fields that graph.md names for it.
func questions(s *Server, a Account) []string {
	enc := url.QueryEscape
	const account = "id,name,status,account_review_status,business_verification_status,ownership_type,owner_business_info,on_behalf_of_business_info,currency,country,timezone_id,message_template_namespace,disable_marketing_messages_on_cloud_api,marketing_messages_lite_api_status,whatsapp_business_manager_messaging_limit,health_status"
	const phone = "id,display_phone_number,verified_name,status,quality_rating,code_verification_status,name_status,new_name_status,account_mode,platform_type,throughput,whatsapp_business_manager_messaging_limit,is_official_business_account,is_pin_enabled,is_on_biz_app,webhook_configuration,last_onboarded_time,health_status"
	list := []string{
		"debug_token?input_token=" + a.Token,
		a.App, a.App + "/subscriptions",
		a.WABA, a.WABA + "?fields=" + account, a.WABA + "?fields=id,name",
		a.WABA + "/phone_numbers", a.WABA + "/phone_numbers?limit=100&fields=id,display_phone_number,verified_name,status,quality_rating",
		a.WABA + "/subscribed_apps",
		a.WABA + "/message_templates?name=order_ready&limit=100&fields=id,name,language,status,category,quality_score,rejected_reason,components",
		a.WABA + "/message_templates?after=" + cursor(1),
		a.WABA + "/activities?limit=100&fields=id,activity_type,timestamp,actor_type,description",
		a.FlowID() + "?fields=" + enc("id,name,status,endpoint_uri,application,validation_errors,health_status.phone_number("+a.Phones[0]+")"),
		s.world.byToken[a.Token].templates[0].id + "?fields=id,name,language,status,category,health_status",
		"1?fields=id", // an id of nothing
	}
	for _, id := range a.Phones {
		list = append(list, id, id+"?fields="+phone, id+"?fields=health_status", id+"/whatsapp_business_encryption",
			id+"/message_history?message_id=wamid.AA&fields="+enc("id,message_id,events{delivery_status,webhook_update_state,timestamp,application,webhook_uri,error_description}"))
	}
	return list
}

// What the pretend Meta serves has the shape that Meta's own file gives it, in
// each scenario, and so have the questions; where it differs, a source says why.
func TestOpenAPI(t *testing.T) {
	j := newJudge(t)
	for _, name := range Names() {
		s, err := Start(t.Context(), Options{Scenarios: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		j.server = s
		front := httptest.NewServer(j)
		a := s.Accounts[0]
		if f := s.world.byToken[a.Token].sc.Faults; slices.ContainsFunc(f, func(f Fault) bool { return slices.Contains([]string{"silent", "trickle", "huge", "late"}, f.How) }) {
			front.Close() // nothing of Meta's is in them, or it is the healthy answer, late
			s.Close()
			continue
		}
		for _, q := range questions(s, a) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, front.URL+"/v25.0/"+q, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+a.Token)
			req.Header.Set("User-Agent", "unsent/1.0.0")
			if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
				io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) //nolint:errcheck // some break off, as they should
				resp.Body.Close()
			}
		}
		front.Close()
		s.Close()
	}
	slices.Sort(j.faults)
	for _, f := range j.faults {
		t.Error(f)
	}
	if j.judged < 1000 {
		t.Errorf("only %d answers were judged", j.judged)
	}
	for i, x := range exceptions {
		if j.excuse[i] == 0 {
			t.Errorf("nothing needs the exception for %s %s %s any more: %s", x.op, x.kind, x.at, x.why)
		}
	}
}

// The judge is worth something: it sees what is wrong.
func TestJudge(t *testing.T) {
	j := newJudge(t)
	a := Account{Scenario: "healthy"}
	_, operation := j.operation("phone_numbers")
	schema := operation.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
	for name, body := range map[string]string{
		"a list that is none": `{"data":"none"}`, "a number without an id": `{"data":[{"display_phone_number":"1","status":"PENDING"}]}`,
		"a rating that is none": `{"data":[{"id":"1","display_phone_number":"1","status":"PENDING","quality_rating":"BLUE"}]}`,
	} {
		v, err := openapi3filter.RegisteredBodyDecoder("application/json")(bytes.NewBufferString(body), nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		j.faults = nil
		j.hold(a.Scenario, "phone_numbers", "", schema, v)
		if len(j.faults) != 1 {
			t.Errorf("%s: the judge says %q", name, j.faults)
		}
	}
}
