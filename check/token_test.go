package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

const bothScopes = `"scopes":["whatsapp_business_management","whatsapp_business_messaging","public_profile"]`

func debug(fields string) string { return `{"data":{` + fields + `}}` }

func TestToken(t *testing.T) {
	later, sooner, past := time.Now().Add(60*24*time.Hour).Unix(), time.Now().Add(5*time.Hour).Unix(), time.Now().Add(-5*time.Hour).Unix()
	system := `"app_id":"` + testApp + `","application":"Example","type":"SYSTEM_USER","is_valid":true,"expires_at":0,"data_access_expires_at":0,` + bothScopes
	tests := []struct {
		name string
		s    Subject
		body string
		want model.Verdict
		say  []string
	}{
		{"system user, never expires", of(nil), debug(system), model.OK, []string{"valid and has both permissions", "fact:expires: never", "fact:whatsapp_business_messaging: yes", "fact:type: SYSTEM_USER"}},
		{"not valid at HTTP 200", of(nil), debug(`"error":{"code":190,"message":"Error validating access token","subcode":463},"is_valid":false,"scopes":[]`), model.Problem, []string{"does not take the access token that unsent was given: it has expired"}},
		{"not valid, no reason", of(nil), debug(`"is_valid":false`), model.Problem, []string{"does not take the access token that unsent was given"}},
		{"validity not said", of(nil), debug(`"type":"SYSTEM_USER",` + bothScopes), model.Unknown, []string{"does not say whether the token is valid"}},
		{"validity is a text", of(nil), debug(strings.Replace(system, `true`, `"true"`, 1)), model.OK, nil},
		{"validity is odd", of(nil), debug(strings.Replace(system, `true`, `"perhaps"`, 1)), model.Unknown, nil},
		{"nothing", of(nil), `{}`, model.Unknown, nil},
		{"data is a text", of(nil), `{"data":"x"}`, model.Unknown, nil},
		{"a person's", of(nil), debug(strings.Replace(strings.Replace(system, "SYSTEM_USER", "USER", 1), `"expires_at":0`, fmt.Sprintf(`"expires_at":%d`, later), 1)), model.Problem, []string{"a person's (type USER)", "system user"}},
		{"a page's", of(nil), debug(strings.Replace(system, "SYSTEM_USER", "PAGE", 1)), model.Unknown, []string{"PAGE"}},
		{"a type that nobody knows", of(nil), debug(strings.Replace(system, "SYSTEM_USER", "ROBOT", 1)), model.Unknown, []string{`"ROBOT"`}},
		{"expired by Meta's clock", of(nil), debug(strings.Replace(system, `"expires_at":0`, fmt.Sprintf(`"expires_at":%d`, past), 1)), model.Problem, []string{"expired on 20"}},
		{"expires soon", of(nil), debug(strings.Replace(system, `"expires_at":0`, fmt.Sprintf(`"expires_at":"%d"`, sooner), 1)), model.OK, []string{"but the access token expires on"}},
		{"data access over", of(nil), debug(strings.Replace(system, `"data_access_expires_at":0`, fmt.Sprintf(`"data_access_expires_at":%d`, past), 1)), model.Problem, []string{"access to data ended on"}},
		{"scope missing", of(nil), debug(strings.Replace(system, `"whatsapp_business_messaging",`, "", 1)), model.Problem, []string{"lacks the permission whatsapp_business_messaging", "fact:whatsapp_business_messaging: no", "fact:whatsapp_business_management: yes"}},
		{"scopes not listed", of(nil), debug(strings.Replace(system, ","+bothScopes, "", 1)), model.Unknown, []string{"does not list the token's permissions", "not:whatsapp_business_messaging: no"}},
		{"bound to this WABA", of(nil), debug(system + `,"granular_scopes":[{"scope":"whatsapp_business_messaging","target_ids":["` + testWABA + `"]}]`), model.OK, []string{"fact:for WABA " + testWABA}},
		{"bound to another WABA", of(nil), debug(system + `,"granular_scopes":[{"scope":"whatsapp_business_messaging","target_ids":["300000000000009"]}]`), model.Problem, []string{"bound to other WABAs than " + testWABA}},
		{"bound to nothing proves nothing", of(nil), debug(system + `,"granular_scopes":[{"scope":"whatsapp_business_messaging"},{"scope":"whatsapp_business_management","target_ids":[]}]`), model.OK, nil},
		{"ids as numbers", of(nil), debug(system + `,"granular_scopes":[{"scope":"whatsapp_business_messaging","target_ids":[` + testWABA + `]}]`), model.OK, nil},
		{"no WABA to compare", of(func(f *model.Failure) { f.WABA = "" }), debug(system + `,"granular_scopes":[{"scope":"whatsapp_business_messaging","target_ids":["1"]}]`), model.OK, nil},
		{"another app than the log's", of(func(f *model.Failure) { f.App = "500000000000009" }), debug(system), model.Unknown, []string{"belongs to another app (" + testApp + ")", "500000000000009"}},
		{"the log's app", of(func(f *model.Failure) { f.App = testApp }), debug(system), model.OK, nil},
		{"refused as bearer", of(nil), `{"error":{"message":"Error validating access token: Session has expired on Tuesday","type":"OAuthException","code":190,"error_subcode":463,"fbtrace_id":"Abc"}}`, model.Problem, []string{"it has expired", "fact:fbtrace_id: Abc"}},
		{"refused, not to be parsed", of(nil), `{"error":{"message":"Invalid OAuth access token - Cannot parse access token","type":"OAuthException","code":190}}`, model.Unknown, []string{"cannot read the access token that unsent was given", "the one that the CRM sends with", "fact:what to do: copy the token again"}},
		{"not valid at HTTP 200, not to be parsed", of(nil), debug(`"error":{"code":190,"message":"Malformed access token"},"is_valid":false,"scopes":[]`), model.Unknown, []string{"cannot read the access token"}},
		{"may not inspect", of(nil), `{"error":{"message":"(#100) You must provide an app access token, or a user access token that is an owner or developer of the app","code":100}}`, model.Unknown, []string{"could not inspect", "does not mean that it is invalid"}},
		{"throttled", of(nil), `{"error":{"message":"(#4) Application request limit reached","code":4}}`, model.Unknown, []string{"fewer questions", "fact:what to do"}},
		{"html", of(nil), `<html>login</html>`, model.Unknown, []string{"web page"}},
		{"empty", of(nil), ``, model.Unknown, []string{"empty"}},
		{"the token in the answer", of(nil), debug(`"is_valid":true,"application":"` + canary + `","app_id":"` + canary + `","type":"` + canary + `",` + bothScopes), model.Unknown, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, askFake(t, "token", tt.s, map[string]string{"debug_token": tt.body}), tt.want, tt.say...)
		})
	}
}

// The account's app counts before the log's.
func TestTokenOfAnotherApp(t *testing.T) {
	s := of(func(f *model.Failure) { f.App = testApp })
	s.Meta = &Meta{Account: model.Account{Name: "shop", App: "500000000000007"}}
	body := debug(`"app_id":"` + testApp + `","type":"SYSTEM_USER","is_valid":true,` + bothScopes)
	expect(t, askFake(t, "token", s, map[string]string{"debug_token": body}), model.Unknown, "another app", "500000000000007")
}

// A clock of ours that is a day slow does not make an expired token a good one, nor
// one that is a day fast a good one expired: Meta's clock counts.
func TestTokenByMetasClock(t *testing.T) {
	for _, tt := range []struct {
		metas time.Duration // Meta's clock against ours
		want  model.Verdict
	}{{26 * time.Hour, model.Problem}, {-26 * time.Hour, model.OK}} {
		ends := time.Now().Add(tt.metas / 2)
		fake := serveGraph(t, map[string]string{"debug_token": debug(fmt.Sprintf(`"type":"SYSTEM_USER","is_valid":true,"expires_at":%d,`, ends.Unix()) + bothScopes)})
		fake.date = time.Now().Add(tt.metas)
		s := of(nil)
		s.Meta, s.Now = fake.meta(t), now
		f := Find("token").Run(t.Context(), s)
		all := f.Summary
		for _, x := range f.Facts {
			all += x.Value
		}
		if f.Verdict != tt.want || !strings.Contains(all, "clock is 2") || !strings.Contains(all, "Meta's was used") {
			t.Errorf("%v: %s %q %v", tt.metas, f.Verdict, f.Summary, f.Facts)
		}
	}
}

// The token of one account is not what ails an incident of nine.
func TestTokenOfOneAccount(t *testing.T) {
	body := `{"error":{"message":"Session has expired","code":190,"error_subcode":463}}`
	for _, tt := range []struct {
		own, others int
		want        model.Verdict
	}{{3, 2, model.Problem}, {1, 8, model.Unknown}, {0, 3, model.Unknown}} {
		var s Subject
		s.Incident = model.Incident{ID: 1, Failures: 900}
		for i := range tt.own + tt.others {
			f := model.Failure{ID: model.MessageID(i + 1), WABA: testWABA, At: now}
			if i >= tt.own {
				f.WABA = fmt.Sprint("30000000000001", i)
			}
			s.Newest = append(s.Newest, f)
		}
		s.Meta = &Meta{Account: model.Account{Name: "shop", WABA: testWABA}}
		expect(t, askFake(t, "token", s, map[string]string{"debug_token": body}), tt.want, "does not take the access token that unsent was given: it has expired")
		s.Meta = nil // a token from the environment, of no account on record
		expect(t, askFake(t, "token", s, map[string]string{"debug_token": body}), model.Problem)
	}
}

func TestTokenSample(t *testing.T) {
	// A user's token without target_ids: the type is what is wrong, and the missing
	// targets prove nothing. It expired on 20 September 2026.
	f := askFake(t, "token", of(nil), map[string]string{"debug_token": sample(t, "audit_debug_token_user.json")})
	expect(t, f, model.Problem, "fact:type USER", "fact:whatsapp_business_messaging: yes", "not:bound to")
	// A text that is no token at all is a bad copy, which tells nothing of the CRM's.
	f = askFake(t, "token", of(nil), map[string]string{"debug_token": sample(t, "secreto_sync_190_http200.json")})
	expect(t, f, model.Unknown, "cannot read the access token that unsent was given")
}
