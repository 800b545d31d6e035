package graph

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"unsent/check/door"
	"unsent/model"
)

// What is no answer of Meta's is an error that says what came; none is taken for
// an answer.
func TestUnread(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		say    string
	}{
		{"html", 200, "<!DOCTYPE html><html>Sorry</html>", "web page"},
		{"html error", 502, "<html>Bad Gateway</html>", "web page"},
		{"plain text", 500, "Bad Gateway", "not the JSON"},
		{"empty", 200, "", "empty"},
		{"blank", 200, " \n ", "empty"},
		{"truncated", 200, `{"id":"1","status":"CONN`, "breaks off"},
		{"an array", 200, `[{"id":"1"}]`, "not the JSON"},
		{"a text", 200, `"ok"`, "not the JSON"},
		{"no error in it", 503, `{"id":"1"}`, "does not say how"},
		{"invalid UTF-8", 200, "\xff\xfe{", "not the JSON"},
		{"redirect", 302, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, a, err := says(t, tt.status, tt.body).client(t).Phone(t.Context(), "1")
			var u *Unread
			if tt.say == "" {
				if err == nil {
					t.Error("no error")
				}
				return
			}
			if !errors.As(err, &u) || !strings.Contains(err.Error(), tt.say) || u.Status != tt.status || model.Hint(err) == "" {
				t.Errorf("got %v", err)
			}
			if a.At.IsZero() || strings.TrimSpace(tt.body) != "" && a.Raw == "" {
				t.Errorf("the answer is not kept: %+v", a)
			}
		})
	}
}

// Errors keep Meta's words, whatever HTTP status they come with.
func TestError(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   Error
		is     func(*Error) bool
	}{
		{"object", 400, `{"error":{"message":"(#131030) Not in allowed list","type":"OAuthException","code":131030,"error_data":{"messaging_product":"whatsapp","details":"Add the number"},"error_subcode":2655007,"error_user_title":"Titulo","error_user_msg":"Mensagem","is_transient":false,"fbtrace_id":"A/b-c_1+"}}`,
			Error{400, 131030, 2655007, "OAuthException", "(#131030) Not in allowed list", "Add the number", "Titulo", "Mensagem", "A/b-c_1+", false}, nil},
		{"error_data is text", 400, `{"error":{"message":"m","type":"t","code":100,"error_data":"words"}}`, Error{Status: 400, Code: 100, Type: "t", Message: "m", Details: "words"}, nil},
		{"HTTP 200", 200, `{"error":{"message":"Invalid OAuth access token - Cannot parse access token","type":"OAuthException","code":190}}`,
			Error{Status: 200, Code: 190, Type: "OAuthException", Message: "Invalid OAuth access token - Cannot parse access token"}, (*Error).BadToken},
		{"code as text", 400, `{"error":{"message":"m","code":"190","error_subcode":"463"}}`, Error{Status: 400, Code: 190, Subcode: 463, Message: "m"}, (*Error).BadToken},
		{"no code", 500, `{"error":{"message":"m"}}`, Error{Status: 500, Code: -1, Message: "m"}, (*Error).Passing},
		{"code 0", 401, `{"error":{"message":"m","type":"AuthException","code":0}}`, Error{Status: 401, Message: "m", Type: "AuthException"}, (*Error).BadToken},
		{"error is text", 500, `{"error":"boom"}`, Error{Status: 500, Code: -1, Message: "boom"}, nil},
		{"unseen", 400, `{"error":{"message":"Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions","type":"GraphMethodException","code":100,"error_subcode":33}}`,
			Error{Status: 400, Code: 100, Subcode: 33, Type: "GraphMethodException", Message: "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions"}, (*Error).Unseen},
		{"permission", 403, `{"error":{"message":"(#200) m","code":200}}`, Error{Status: 403, Code: 200, Message: "(#200) m"}, (*Error).Forbidden},
		{"transient", 500, `{"error":{"message":"m","code":2,"is_transient":"true"}}`, Error{Status: 500, Code: 2, Message: "m", Transient: true}, (*Error).Passing},
		{"throttled", 400, `{"error":{"message":"m","code":80007}}`, Error{Status: 400, Code: 80007, Message: "m"}, (*Error).Throttled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := says(t, tt.status, tt.body).throttles().client(t).Account(t.Context(), "1")
			var e *Error
			if !errors.As(err, &e) || *e != tt.want {
				t.Fatalf("got %#v, want %#v", e, tt.want)
			}
			if tt.is != nil && (!tt.is(e) || model.Hint(err) == "") {
				t.Errorf("%v is not what it is, or has no hint (%q)", e, model.Hint(err))
			}
		})
	}
}

// One odd field does not hide the others, and is absent, not invented.
func TestOddFields(t *testing.T) {
	p, _, err := says(t, 200, `{"id":15550100101,"status":["CONNECTED"],"quality_rating":null,"throughput":"STANDARD","is_on_biz_app":"true","display_phone_number":"+1 555-010-0101","webhook_configuration":7,"name_status":"APPROVED"}`).
		client(t).Phone(t.Context(), "1")
	if err != nil || p.ID != "15550100101" || p.Status != "" || p.Quality != "" || p.NameStatus != "APPROVED" || p.OnBizApp == nil || !*p.OnBizApp || p.Display == "" {
		t.Errorf("got %+v, %v", p, err)
	}
	list, _, err := says(t, 200, `{"data":[{"name":"a","language":"en","quality_score":"GREEN","status":"APPROVED"},7,{"name":"b","language":"en"}]}`).client(t).Templates(t.Context(), "1", "")
	if err != nil || len(list) != 2 || list[0].Status != "APPROVED" || list[len(list)-1].Name != "b" {
		t.Errorf("got %+v, %v", list, err)
	}
	if _, _, err := says(t, 200, `{"data":"none"}`).client(t).Phones(t.Context(), "1"); err == nil {
		t.Error("a list that is no list was taken for an empty one")
	}
}

// An unknown field is left out and the question put once more, with a note.
func TestUnknownField(t *testing.T) {
	for _, body := range []string{"health_status", "webhook_configuration", "id"} {
		f := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(","+r.URL.Query().Get("fields")+",", ","+body+",") {
				w.WriteHeader(400)
				_, _ = fmt.Fprintf(w, `{"error":{"message":"(#100) Tried accessing nonexisting field (%s) on node type (X)","type":"OAuthException","code":100}}`, body)
				return
			}
			_, _ = w.Write([]byte(`{"id":"1","status":"CONNECTED"}`))
		})
		if body == "health_status" { // the only field: there is nothing left to ask
			if _, _, err := f.client(t).Health(t.Context(), "1"); err == nil || f.questions() != 1 {
				t.Errorf("%s: %v after %d questions", body, err, f.questions())
			}
			continue
		}
		p, a, err := f.client(t).Phone(t.Context(), "1")
		if err != nil || p.Status != "CONNECTED" || f.questions() != 2 || len(a.Notes) != 1 {
			t.Errorf("%s: %+v %+v %v", body, p, a, err)
		}
	}
	// A second unknown field is an error: it asks once more, not for ever.
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		name := fieldName(splitFields(r.URL.Query().Get("fields"))[0])
		w.WriteHeader(400)
		_, _ = fmt.Fprintf(w, `{"error":{"message":"(#100) Tried accessing nonexisting field (%s)","code":100}}`, name)
	})
	if _, _, err := f.client(t).Phone(t.Context(), "1"); err == nil || f.questions() != 2 {
		t.Errorf("%v after %d questions", err, f.questions())
	}
}

// An ID is a number, so that no text of a log can lead to another question.
func TestIDsAreNumbers(t *testing.T) {
	f := says(t, 200, `{"id":"1"}`)
	for _, id := range []string{"", "1a", "../me", "me", "1?fields=x", "%2e", "１"} {
		_, _, err := f.client(t).Phone(t.Context(), id)
		if err == nil || model.Hint(err) == "" {
			t.Errorf("%q: %v", id, err)
		}
		if _, _, err := f.client(t).Phones(t.Context(), id); err == nil {
			t.Errorf("the list of %q was asked for", id)
		}
	}
	if f.questions() != 0 {
		t.Errorf("asked %q", f.asked)
	}
}

func TestSplitFields(t *testing.T) {
	got := splitFields("id,events{a,b},health_status.phone_number(1,2),name")
	if len(got) != 4 || fieldName(got[1]) != "events" || fieldName(got[2]) != "health_status" {
		t.Errorf("got %q", got)
	}
}

func TestVersionAndClock(t *testing.T) {
	at := time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC)
	_, a, err := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Facebook-Api-Version", "v26.0")
		w.Header().Set("Date", at.Format(http.TimeFormat))
		w.Header().Set("X-Fb-Trace-Id", "abc")
		_, _ = w.Write([]byte(`{"id":"1"}`))
	}).client(t).Phone(t.Context(), "1")
	if err != nil || len(a.Notes) != 1 || !strings.Contains(a.Notes[0], "v26.0 answered, v25.0") || !a.Now().Equal(at) || a.Trace != "abc" {
		t.Errorf("got %+v, %v", a, err)
	}
}

// Meta's wish for a pause is kept by every client of the same token.
func TestPause(t *testing.T) {
	tests := []struct {
		name  string
		head  map[string]string
		body  string
		first bool // whether the first question is answered
		least time.Duration
	}{
		{"business use case", map[string]string{"X-Business-Use-Case-Usage": `{"1":[{"type":"whatsapp_business_management","call_count":95,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":7}]}`}, `{"id":"1"}`, true, 7 * time.Minute},
		{"app", map[string]string{"X-App-Usage": `{"call_count":"90","total_cputime":0,"total_time":0}`}, `{"id":"1"}`, true, time.Minute},
		{"code", nil, `{"error":{"message":"(#4) Application request limit reached","code":4}}`, false, time.Minute},
		{"code and time", map[string]string{"Retry-After": "600"}, `{"error":{"message":"m","code":80008}}`, false, 10 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range tt.head {
					w.Header().Set(k, v)
				}
				_, _ = w.Write([]byte(tt.body))
			})
			f.throttles()
			begun := time.Now()
			c := f.client(t)
			if _, _, err := c.Phone(t.Context(), "1"); (err == nil) != tt.first {
				t.Fatal(err)
			}
			// The run that is told of a high use ends what it began; a refusal ends all.
			_, _, err := c.Account(t.Context(), "2")
			if errors.As(err, new(*Pause)) == tt.first {
				t.Errorf("the same run got %v", err)
			}
			put := f.questions()
			_, _, err = f.client(t).Account(t.Context(), "2")
			var p *Pause
			if !errors.As(err, &p) || f.questions() != put || model.Hint(err) == "" {
				t.Fatalf("got %v after %d questions", err, f.questions())
			}
			if d := p.Until.Sub(begun); d < tt.least {
				t.Errorf("waits %v, want at least %v", d, tt.least)
			}
		})
	}
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-App-Usage", `{"call_count":89}`)
		w.Header().Set("X-Business-Use-Case-Usage", "nonsense")
		_, _ = w.Write([]byte(`{"id":"1"}`))
	})
	for i := range 3 {
		if _, _, err := f.client(t).Phone(t.Context(), fmt.Sprint(i)); err != nil {
			t.Errorf("below the limit: %v", err)
		}
	}
}

// Two checks of a run that ask the same thing ask it once, and the next run asks
// anew. How that works is the door's business.
func TestShared(t *testing.T) {
	f := says(t, 200, `{"id":"1","status":"CONNECTED"}`)
	c := f.client(t)
	for run := 1; run <= 2; run++ {
		ctx := door.Share(t.Context())
		_, first, _ := c.Phone(ctx, "1")
		p, again, err := c.Phone(ctx, "1")
		if err != nil || p.Status != "CONNECTED" || f.questions() != run || !first.At.Equal(again.At) {
			t.Errorf("%d questions, %v and %v, %v", f.questions(), first.At, again.At, err)
		}
	}
}

// A question that never had its turn is not said to have been asked, nor its host
// not to have answered it.
func TestNeverPut(t *testing.T) {
	began, gate := make(chan struct{}, door.AtOnce), make(chan struct{})
	f := serve(t, func(http.ResponseWriter, *http.Request) { began <- struct{}{}; <-gate })
	defer close(gate)
	c := f.client(t)
	busy, stop := context.WithCancel(t.Context())
	defer stop()
	for i := range door.AtOnce {
		go func() { _, _, _ = c.Phone(busy, fmt.Sprint(i)) }()
		<-began
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, a, err := c.Phone(ctx, "9")
	var e *door.Error
	if !errors.As(err, &e) || !e.Unasked || a.Asked != "" || a.At.IsZero() || !strings.Contains(err.Error(), "to the questions before this one") {
		t.Errorf("asked %q, %v", a.Asked, err)
	}
}

// Lists are read page by page with questions of our own, and not for ever.
func TestPages(t *testing.T) {
	endless := false
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		after := r.URL.Query().Get("after")
		next := `,"next":"https://graph.facebook.com/v25.0/1/phone_numbers?access_token=` + canary + `"`
		if after == "c1" && !endless {
			next = ""
		}
		cursor := fmt.Sprintf("c%d", len(after)+1)
		if endless {
			cursor = after + "x"
		}
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"1%s"}],"paging":{"cursors":{"before":"b","after":"%s"}%s}}`, after, cursor, next)
	})
	all, a, err := f.client(t).Phones(t.Context(), "1")
	if err != nil || len(all) != 2 || a.Cut {
		t.Errorf("got %v, %v, cut %v", all, err, a.Cut)
	}
	clean(t, a.Raw, a.Asked)
	endless = true
	all, a, err = f.client(t).Phones(t.Context(), "1")
	if err != nil || len(all) != maxPages || !a.Cut {
		t.Errorf("got %d, %v, cut %v", len(all), err, a.Cut)
	}
}

// The token is in the header and in the one query that needs it, and nowhere in
// what comes back: not in answers that echo it, not in errors of any kind.
func TestTokenStaysHere(t *testing.T) {
	echo := canary + " " + url.QueryEscape(canary) + " " + base64.StdEncoding.EncodeToString([]byte("token="+canary)) + " " + strings.ReplaceAll(canary, "/", `\/`)
	bodies := []string{
		`{"error":{"message":"Malformed access token ` + echo + `","code":190,"error_user_msg":"` + echo + `","error_data":{"details":"` + echo + `"}}}`,
		`{"data":{"is_valid":true,"application":"` + echo + `","input_token":"` + echo + `","type":"` + echo + `"}}`,
		"<html>" + echo, echo, "",
	}
	for _, body := range bodies {
		f := says(t, 200, body)
		info, a, err := f.client(t).Debug(t.Context())
		texts := []string{a.Raw, a.Asked, fmt.Sprintf("%+v", a), fmt.Sprintf("%s %s", info.AppName, info.Type)}
		if err != nil {
			var e *Error
			if errors.As(err, &e) {
				texts = append(texts, fmt.Sprintf("%+v", *e))
			}
			texts = append(texts, err.Error(), fmt.Sprintf("%+v", err), model.Hint(err))
		}
		clean(t, texts...)
		for _, form := range []string{base64.StdEncoding.EncodeToString([]byte("token=" + canary)), url.QueryEscape(canary)} {
			if strings.Contains(a.Raw, form) {
				t.Errorf("the raw answer holds %q", form)
			}
		}
		if f.auth[0] != "Bearer "+string(f.token) || !strings.HasPrefix(f.asked[0], "GET /v25.0/debug_token?input_token=") {
			t.Errorf("asked %q", f.asked[0])
		}
	}
	f := says(t, 200, "{}")
	c := f.client(t)
	f.Close() // nobody listens any more
	_, a, err := c.Debug(t.Context())
	if err == nil {
		t.Fatal("an answer from nobody")
	}
	clean(t, err.Error(), fmt.Sprintf("%+v", err), a.Asked, model.Hint(err))
	if strings.Contains(err.Error(), "input_token") {
		t.Errorf("the error shows the query: %v", err)
	}
}

func TestRawIsBounded(t *testing.T) {
	_, a, err := says(t, 200, `{"id":"1","verified_name":"`+strings.Repeat("é", 100_000)+`"}`).client(t).Phone(t.Context(), "1")
	if err != nil || len(a.Raw) > maxRaw || !strings.HasSuffix(a.Raw, "\n...") || strings.Contains(a.Raw, "\uFFFD") {
		t.Errorf("%d bytes, %v", len(a.Raw), err)
	}
}
