package packet

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/kb"
	"unsent/model"
)

// A plant is what a generated packet must not let through.
type plant struct {
	secret, digits, name, wamid, text, waba, phoneID, sender string
}

var firstNames = []string{"Maria", "João", "Aylin", "Wei", "Fatima", "Олег", "Priya", "José"}
var lastNames = []string{"Example", "Sampleton", "Mustermann", "Specimen", "Vorbild"}

func newPlant(r *rand.Rand) plant {
	const alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	tok := []byte("EA" + "A")
	for range 60 + r.IntN(200) {
		tok = append(tok, alnum[r.IntN(len(alnum))])
	}
	p := plant{
		secret: string(tok),
		digits: fmt.Sprintf("1555010%04d", r.IntN(10000)),
		name:   firstNames[r.IntN(len(firstNames))] + " " + lastNames[r.IntN(len(lastNames))] + fmt.Sprint(r.IntN(100)),
		text:   fmt.Sprintf("Hello, your parcel %d waits at the gate", r.IntN(1e6)),
		waba:   fmt.Sprintf("12000000%07d", r.IntN(1e7)), phoneID: fmt.Sprintf("13000000%07d", r.IntN(1e7)),
		sender: fmt.Sprintf("1555019%04d", r.IntN(10000)),
	}
	p.wamid = fakeWAMID(p.digits, r.IntN(1<<16))
	return p
}

// written are the ways in which a number gets into running text.
func (p plant) written(r *rand.Rand) string {
	d := p.digits
	return []string{
		d, "+" + d, "whatsapp:+" + d, d + "@c.us", d + "@s.whatsapp.net",
		"+1 (555) 010-" + d[7:], "+1 555 010 " + d[7:], "1-555-010-" + d[7:], "+1.555.010." + d[7:],
		"1\u200b" + d[1:], "555010" + d[7:], "(555) 010-" + d[7:],
		url.QueryEscape("+"+d) + "%20", base64.StdEncoding.EncodeToString([]byte("to=" + d + ";")),
		base64.RawStdEncoding.EncodeToString([]byte("to=" + d)), base64.RawURLEncoding.EncodeToString([]byte("n: " + d + ".")),
		base64.RawStdEncoding.EncodeToString([]byte("+" + d)), base64.StdEncoding.EncodeToString([]byte(d)),
		p.wamid, `\u002b` + d, "tel:" + d, "to" + d, "id_" + d, d + ".", "https://wa.example/" + d + "?x=1",
	}[r.IntN(25)]
}

func (p plant) sentence(r *rand.Rand) string {
	parts := []string{"Message to " + p.written(r) + " failed", "customer " + p.name, "said: " + p.text, "with " + p.secret, "Authorization: Bearer " + p.secret, "since 2026-05-13 13:41"}
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return strings.Join(parts[:1+r.IntN(len(parts))], []string{"; ", "\n", " | ", "\r\n"}[r.IntN(4)])
}

// request writes the same send in the shapes that exports have.
func (p plant) request(r *rand.Rand) string {
	body := map[string]any{"messaging_product": "whatsapp", "to": p.digits, "type": "template", "template": map[string]any{
		"name": "order_ready", "language": map[string]string{"code": "en_US"},
		"components": []any{map[string]any{"type": "body", "parameters": []any{
			map[string]string{"type": "text", "text": p.name}, map[string]string{"type": "text", "text": p.text}}}}}}
	if r.IntN(2) == 0 {
		body = map[string]any{"messaging_product": "whatsapp", "to": "+" + p.digits, "type": "text", "text": map[string]any{"body": p.text}, "profile": map[string]any{"name": p.name}}
	}
	b, _ := json.Marshal(body)
	inner, _ := json.Marshal(string(b))
	switch r.IntN(8) {
	case 0:
		return string(b)
	case 1:
		return "curl -X POST 'https://graph.facebook.com/v23.0/" + p.phoneID + "/messages?access_token=" + p.secret + "' -H 'Authorization: Bearer " + p.secret + "' -d '" + strings.ReplaceAll(string(b), "'", "") + "'"
	case 2:
		return `{"payload":` + string(inner) + `,"token":"` + p.secret + `"}`
	case 3:
		return "To=" + url.QueryEscape("whatsapp:+"+p.digits) + "&From=" + url.QueryEscape("whatsapp:+"+p.sender) + "&Body=" + url.QueryEscape(p.text) + "&ProfileName=" + url.QueryEscape(p.name)
	case 4: // cut off, behind the texts: a name that no payload has cannot be known
		return string(b[:len(b)-1-r.IntN(4)])
	case 5: // Ruby
		return `{"to"=>"` + p.digits + `", "text"=>{"body"=>"` + p.text + `"}, "name"=>"` + p.name + `"}`
	case 6: // JavaScript
		return "{ to: '" + p.digits + "', text: { body: '" + p.text + "' }, contact: { name: '" + p.name + "' } }"
	}
	return `[2026-05-13 13:41:07] sending ` + string(b) + ` done for ` + p.digits
}

func (p plant) response(r *rand.Rand) string {
	details := p.sentence(r)
	e := map[string]any{"code": 131000, "title": "Something went wrong", "message": "(#131000) Something went wrong",
		"error_data": map[string]any{"messaging_product": "whatsapp", "details": details}}
	var body any = map[string]any{"error": e}
	if r.IntN(2) == 0 {
		body = map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{"id": p.waba, "changes": []any{map[string]any{"field": "messages", "value": map[string]any{
			"metadata": map[string]any{"display_phone_number": p.sender, "phone_number_id": p.phoneID},
			"contacts": []any{map[string]any{"profile": map[string]any{"name": p.name}, "wa_id": p.digits}},
			"statuses": []any{map[string]any{"id": p.wamid, "status": "failed", "timestamp": "1778679667", "recipient_id": p.digits, "errors": []any{e}, p.digits: "keyed by number"}}}}}}}}
	}
	b, _ := json.Marshal(body)
	if r.IntN(5) == 0 {
		b, _ = json.Marshal(map[string]any{"raw": string(b), "headers": map[string]string{"Authorization": "Bearer " + p.secret, "x-trace": "abc"}})
	}
	return string(b)
}

func planted(r *rand.Rand) (Input, []plant) {
	ps := []plant{newPlant(r), newPlant(r)}
	in := Input{
		Version: "0.9.0", Made: began, Local: time.UTC, Match: kb.For(kb.Facts{Code: "131000"}),
		Incident: model.Incident{ID: 1, Code: "131000", Title: ps[0].sentence(r), Failures: 2, Attempts: 9, Successes: true, Recipients: 2, First: began, Last: began.Add(time.Hour), WABA: ps[0].waba, Reason: ps[1].sentence(r)},
		Scopes: map[model.Dim]model.Scope{
			model.DimTemplate:  {Values: 1, Top: []model.ScopeValue{{Value: "order_ready", Failed: 2}}},
			model.DimRecipient: {Values: 2, Top: []model.ScopeValue{{Value: ps[0].digits, Failed: 1}, {Value: ps[1].digits, Failed: 1}}},
			model.DimWABA:      {Values: 2, Top: []model.ScopeValue{{Value: ps[0].waba, Failed: 1}, {Value: ps[1].waba, Failed: 1}}},
			model.DimPhone:     {Values: 2, Top: []model.ScopeValue{{Value: ps[0].phoneID, Failed: 1}, {Value: ps[1].phoneID, Failed: 1}}},
		},
		Codes:   []model.CodeCount{{Code: "131000", Failures: 1}, {Code: "131016", Failures: 1}},
		Changed: []Change{{Text: ps[0].sentence(r), Source: "the log", At: began}},
		Evidence: model.Evidence{Contrasts: []model.Contrast{
			{Dim: model.DimTemplate, Value: "to " + ps[1].digits + " / en", In: model.Share{Sends: 50, Failed: 50}, Out: model.Share{Sends: 50}},
			{Dim: model.DimRecipient, Value: ps[0].digits, In: model.Share{Sends: 50, Failed: 50}, Out: model.Share{Sends: 50}},
			{Dim: model.DimWABA, Value: ps[0].waba, In: model.Share{Sends: 50, Failed: 50}, Out: model.Share{Sends: 50, Failed: 50}, Before: model.Share{Sends: 50}},
		}},
		Steps:      []model.StepRecord{{Step: "2", State: model.StepDone, By: "hand", At: began, Note: ps[1].sentence(r)}},
		Findings:   []model.Finding{{Check: "recipient", Verdict: model.Problem, Summary: ps[0].sentence(r), Source: "this log", At: began}},
		Notes:      []model.Note{{At: began, Text: ps[0].sentence(r)}},
		Workaround: ps[1].sentence(r),
		Contact:    "desk, Bearer " + ps[0].secret,
		Secrets:    []string{ps[1].secret},
	}
	for i, p := range ps {
		f := model.Failure{ID: model.MessageID(i + 1), At: began, Code: "131000", Title: p.sentence(r), Details: p.sentence(r),
			Recipient: p.digits, RecipientRaw: "+" + p.digits, Sender: p.sender, PhoneID: p.phoneID, WABA: p.waba, Template: "order_ready",
			Request: p.request(r), Response: p.response(r)}
		if r.IntN(2) == 0 {
			f.WAMID = p.wamid
		} else {
			f.Trace, f.Response = "A1bCdEfGhIjKlMnOpQr0001", ""
		}
		in.Samples = append(in.Samples, f)
	}
	return in, ps
}

// go test ./packet -run NothingLeaks -packets 1000000 looks longer.
var packets = flag.Int("packets", 600, "how many packets TestNothingLeaks makes")

// TestNothingLeaks generates packets in which every text holds a secret, a
// number, a name, a message text or a message id in one of many writings, and
// looks for them in what comes out, also behind base64, URL and JSON escapes.
func TestNothingLeaks(t *testing.T) {
	rounds := *packets / 4
	if testing.Short() {
		rounds = 60
	}
	r := rand.New(rand.NewPCG(7, 11))
	formats := []Format{Text, Short, Markdown, JSON}
	for n := range rounds {
		in, ps := planted(r)
		if n%3 == 0 {
			in.Message = &in.Samples[0]
			in.Message.Campaign = ps[1].sentence(r)
		}
		for _, profile := range []Profile{Meta, BSP, Public, Internal} {
			k := New(in, profile)
			f := formats[(n+len(profile))%len(formats)]
			out, err := k.Render(f)
			if err != nil {
				t.Fatalf("round %d, %s %s: %v", n, profile, f, err)
			}
			for _, p := range ps {
				if what := survives(out, p, profile); what != "" {
					t.Fatalf("round %d: in %s for %s there is %s:\n%s", n, f, profile, what, out)
				}
			}
			for _, m := range k.Masked {
				if m.Kind == kindSecret && m.Value != "" {
					t.Fatal("the value of a secret is kept")
				}
			}
		}
	}
}

func survives(out string, p plant, profile Profile) string {
	// Line breaks of the plain text may stand anywhere; so may escapes.
	joined := strings.NewReplacer("\n", "", " ", "").Replace(out)
	var bare map[string]any
	if json.Unmarshal([]byte(out), &bare) == nil {
		b := &strings.Builder{}
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(bare)
		joined += b.String()
	}
	forms := []string{out, joined}
	if profile != Public {
		// Message ids are kept here on purpose.
		for i := range forms {
			forms[i] = wamidForm().ReplaceAllString(strings.ReplaceAll(forms[i], p.wamid, ""), "")
		}
	}
	forms = append(forms, decoded(forms[0])...)
	forms = append(forms, decoded(forms[1])...)
	for _, s := range forms {
		for i := 0; i+24 <= len(p.secret); i += 8 {
			if strings.Contains(s, p.secret[i:i+24]) {
				return "a secret"
			}
		}
		if strings.Contains(s, p.text) || strings.Contains(strings.ReplaceAll(s, " ", ""), strings.ReplaceAll(p.text, " ", "")) {
			return "a message text"
		}
		if strings.Contains(s, p.name) || strings.Contains(s, strings.ReplaceAll(p.name, " ", "")) {
			return "a name"
		}
		if profile == Internal {
			continue
		}
		digits := strings.Map(func(r rune) rune {
			if strings.ContainsRune("+-(). \u200b", r) {
				return -1
			}
			return r
		}, s)
		if strings.Contains(digits, p.digits) || strings.Contains(digits, p.digits[1:]) {
			return "a number"
		}
		if profile == Public {
			for what, v := range map[string]string{"the WABA": p.waba, "the phone number ID": p.phoneID, "the business number": p.sender, "a message id": p.wamid} {
				if strings.Contains(s, v) {
					return what
				}
			}
		}
	}
	return ""
}

// TestDebase: a number at the end of base64 that is no whole number of groups is
// found, wherever the run begins.
func TestDebase(t *testing.T) {
	for _, text := range []string{"15550100123", "t15550100123", "to15550100123", "to=15550100123"} {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			run := e.EncodeToString([]byte(text))
			for _, lead := range []string{"", "x", "xy", "xyz"} {
				if all := decoded("(" + lead + run + ")"); !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "15550100123") }) {
					t.Errorf("%s in %q is not found: %q", text, lead+run, all)
				}
			}
			m := newMasker(Meta, Input{})
			m.learnPhone("15550100123")
			if m.leak("id "+run+" ") == "" {
				t.Errorf("%q goes out", run)
			}
			if got := m.prose("id " + run + " "); strings.Contains(got, run[:len(run)-4]) {
				t.Errorf("%q stays", got)
			}
		}
	}
}

// TestPayloads shows what each shape of payload becomes.
func TestPayloads(t *testing.T) {
	m := newMasker(Meta, Input{})
	m.learnPhone("15550100123")
	for _, c := range []struct {
		name, in, want string
		answer         bool
	}{
		{"S2-P1 text", `{"to":"15550100123","type":"text","text":{"preview_url":false,"body":"Hi Maria"}}`,
			`{"to":"<recipient#1>","type":"text","text":{"preview_url":false,"body":"<text 8 chars>"}}`, false},
		{"S2-S6b shape kept", `{"to":"+1 (555) 010-0123"}`, `{"to":"<recipient#1, written +d (ddd) ddd-dddd>"}`, false},
		{"number as JSON number", `{"to":15550100123}`, `{"to":"<recipient#1 as a JSON number>"}`, false},
		{"S2-P1 parameters", `{"template":{"name":"order_ready","language":{"code":"en_US"},"components":[{"type":"body","parameters":[{"type":"text","text":"1234567"},{"type":"text","parameter_name":"who","text":"a\nb"},{"type":"currency","currency":{"fallback_value":"$9","code":"USD","amount_1000":9000}}]}]}}`,
			`{"template":{"name":"order_ready","language":{"code":"en_US"},"components":[{"type":"body","parameters":[{"type":"text","text":"<param 1: 7 chars, digits>"},{"type":"text","parameter_name":"who","text":"<param 2: 3 chars, mixed, with a line break>"},{"type":"currency","currency":{"fallback_value":"<param 3: 2 chars, mixed>","code":"USD","amount_1000":"<param 3: 4 chars, digits as a JSON number>"}}]}]}}`, false},
		{"parameters as plain strings", `{"parameters":["Ann","1234567"]}`, `{"parameters":["<param 1: 3 chars, letters>","<param 2: 7 chars, digits>"]}`, false},
		{"media link", `{"image":{"link":"https://cdn.shop.example/a.jpg?sig=abc","caption":"You"}}`, `{"image":{"link":"<link to cdn.shop.example, 38 chars>","caption":"<text 3 chars>"}}`, false},
		{"contact card", `{"contacts":[{"name":{"formatted_name":"Ann Example","first_name":"Ann"},"phones":[{"phone":"+15550100123"}]}]}`,
			`{"contacts":[{"name":{"formatted_name":"<name 11 chars>","first_name":"<name 3 chars>"},"phones":[{"phone":"<recipient#1, written +ddddddddddd>"}]}]}`, false},
		{"unknown keys hide", `{"x_note":"Ann","deep":{"y":"two words"},"n":7,"big":15550100199}`, `{"x_note":"<text 3 chars>","deep":{"y":"<text 9 chars>"},"n":"<text 1 digits as a JSON number>","big":"<text 11 digits as a JSON number>"}`, false},
		{"user id", `{"recipient_user_id":"US.13491208655302741918"}`, `{"recipient_user_id":"<user#1>"}`, false},
		{"keyed by number", `{"15550100123":{"status":"failed"}}`, `{"<recipient#1>":{"status":"failed"}}`, false},
		{"JSON in JSON", `{"body":"{\"to\":\"15550100123\"}"}`, `{"body":"{\"to\":\"<recipient#1>\"}"}`, false},
		{"S2-P2 error", `{"error":{"message":"(#131030) Recipient 15550100123 not in allowed list","code":131030,"error_subcode":2494055,"fbtrace_id":"A1bCdEfGhIjKlMnOpQr0001"}}`,
			`{"error":{"message":"(#131030) Recipient <recipient#1> not in allowed list","code":131030,"error_subcode":2494055,"fbtrace_id":"A1bCdEfGhIjKlMnOpQr0001"}}`, true},
		{"query string", "To=whatsapp%3A%2B15550100123&Body=Hello+Ann&NumMedia=0", "To=<recipient#1, written aaaaaaaa:+ddddddddddd>&Body=<text 9 chars>&NumMedia=0", false},
		{"cut off", `{"to":"15550100123","template":{"name":"order_ready"},"text":{"body":"Hello An`, `{"to":"<recipient#1>","template":{"name":"order_ready"},"text":{"body":"<text 8 chars>`, false},
		{"Ruby", `{"to"=>"15550100123", "type"=>"text"}`, `{"to"=>"<recipient#1>", "type"=>"text"}`, false},
		{"error as JavaScript", `errors: [ { code: 131000, title: 'Something went wrong' } ]`, `errors: [ { code: 131000, title: 'Something went wrong' } ]`, true},
		{"log line around it", `13:41 sent {"to":"15550100123"} ok`, `13:41 sent {"to":"<recipient#1>"} ok`, false},
		{"secret", `{"access_token":"abcdef","pin":"123456"}`, `{"access_token":"<secret:masked>","pin":"<secret:masked>"}`, false},
		{"times stay", `{"timestamp":"1778679667","expiration_timestamp":1778679667}`, `{"timestamp":"1778679667","expiration_timestamp":1778679667}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := m.payload(c.in, c.answer); got.Text != c.want || !got.OK {
				t.Errorf("ok %v\n got %s\nwant %s", got.OK, got.Text, c.want)
			}
		})
	}
}

// TestProse shows what masking leaves of a sentence.
func TestProse(t *testing.T) {
	in := Input{Samples: []model.Failure{{RecipientRaw: "+15550100123", Recipient: "15550100123", PhoneID: "120000000000012", Sender: "15550109999",
		Request: `{"to":"15550100123","text":{"body":"x"},"profile":{"name":"Ann Example"}}`}}}
	m := newMasker(Meta, in)
	m.learn(in)
	for _, c := range []struct{ in, want string }{
		{"failed for +1 (555) 010-0123.", "failed for <recipient#1, written +d (ddd) ddd-dddd>."},
		{"failed for 5550100123", "failed for <recipient#1>"},
		{"failed for 447700900123, then 15550100123", "failed for <number#1>, then <recipient#1>"},
		{"codes 131000 131047 132001 and HTTP 500 at 13:41", "codes 131000 131047 132001 and HTTP 500 at 13:41"},
		{"since 2026-05-13 13:41:07 and 13.05.2026", "since 2026-05-13 13:41:07 and 13.05.2026"},
		{"waited 60 s, 2 min, 4 min: 30 of 30; 11,902 failed (98%)", "waited 60 s, 2 min, 4 min: 30 of 30; 11,902 failed (98%)"},
		{"sent from 15550109999 (id 120000000000012)", "sent from 15550109999 (id 120000000000012)"},
		{"ann example wrote to ann@shop.example", "<name 11 chars> wrote to <email>"},
		{"see https://developers.facebook.com/docs/whatsapp and https://shop.example/u/7?k=1", "see https://developers.facebook.com/docs/whatsapp and <link to shop.example, 28 chars>"},
		{"template promo_20260513, hash 0a1b2c3d4e5f60718293", "template promo_20260513, hash 0a1b2c3d4e5f60718293"},
		{"v23.0, trace A1bCdEfGhIjKlMnOpQr0001", "v23.0, trace A1bCdEfGhIjKlMnOpQr0001"},
		{"user US.13491208655302741918 at 192.0.2.7", "user <user#1> at <ip>"},
		{"1\u200b5550100123", "<recipient#1>"},
		{"١٥٥٥٠١٠٠١٢٣", "<recipient#1, written DDDDDDDDDDD>"},
		{"to%3D%2B15550100123", "<data 19 chars>"},
		{"\x1b[31mred", "␛[31mred"},
	} {
		if got := m.prose(c.in); got != c.want {
			t.Errorf("prose(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
	public := newMasker(Public, in)
	public.learn(in)
	id := fakeWAMID("15550100123", 1)
	if got := public.prose("id " + id + " from 15550109999, 120000000000012"); strings.Contains(got, id) || !slices.Equal(labelForm().FindAllString(got, -1), []string{"<wamid#1 " + got[len("id <wamid#1 "):][:8] + ">", "<business-number#1>", "<phone-number-id#1>"}) {
		t.Errorf("S2-P1, E05: public form %q", got)
	}
	if got := m.prose("id " + id); got != "id "+id {
		t.Errorf("E05: Meta needs the message id, got %q", got)
	}
}

func FuzzPayload(f *testing.F) {
	for _, s := range []string{`{"to":"15550100123"}`, `{"a":[{`, `a=b&c=%`, `"`, `{"x":"{\"y\":1}"}`, `'k': 'v'`, "[[[[", `\"a\":\"b\"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := newMasker(Meta, Input{})
		m.learnPhone("15550100123")
		m.learnPayload(s)
		for _, answer := range []bool{false, true} {
			p := m.payload(s, answer)
			if strings.Contains(p.Text, "15550100123") {
				t.Fatalf("%q became %q", s, p.Text)
			}
			if p.JSON && !json.Valid([]byte(p.Text)) {
				t.Fatalf("%q became no JSON: %q", s, p.Text)
			}
		}
	})
}
