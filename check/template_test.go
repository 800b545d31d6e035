package check

import (
	"fmt"
	"strings"
	"testing"

	"unsent/model"
)

const templatesAt = testWABA + "/message_templates"

// tpl is one template of the list.
func tpl(name, language, status, more string) string {
	if more != "" {
		more = "," + more
	}
	return fmt.Sprintf(`{"id":"600000000000001","name":%q,"language":%q,"status":%q%s}`, name, language, status, more)
}

func listOf(entries ...string) string { return `{"data":[` + strings.Join(entries, ",") + `]}` }

func sending1(name, language string) Subject {
	return of(func(f *model.Failure) { f.Kind, f.Template, f.Language = "template", name, language })
}

const healthy = `{"health_status":{"can_send_message":"AVAILABLE","entities":[{"entity_type":"MESSAGE_TEMPLATE","id":"6","can_send_message":"AVAILABLE"},{"entity_type":"WABA","id":"1","can_send_message":"BLOCKED"}]}}`

func TestTemplate(t *testing.T) {
	tests := []struct {
		name, sent, language string
		list                 string
		want                 model.Verdict
		say                  []string
	}{
		{"well", "order_ready", "en_US", listOf(tpl("order_ready_2", "en_US", "PAUSED", ""), tpl("order_ready", "en_US", "APPROVED", `"quality_score":{"score":"GREEN"}`)), model.OK, []string{"Meta answers APPROVED where its pages say Active", "fact:languages that exist: en_US (APPROVED, on Meta's pages Active)"}},
		{"S2-S5c en for en_US", "order_ready", "en", listOf(tpl("order_ready", "en_US", "APPROVED", ""), tpl("order_ready", "es", "APPROVED", "")), model.Problem, []string{`not in "en": it exists in en_US, es`}},
		{"case of the language", "order_ready", "en_us", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.Problem, []string{"en_US", `fact:character 4: sent "u" (Latin, U+0075), exists "U" (capital Latin, U+0055)`}},
		{"the webhook's sign is no fault", "order_ready", "en-US", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.OK, nil},
		{"S2-S5b case of the name", "Order_ready", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.Problem, []string{`no template named "Order_ready"; it has "order_ready"`, `fact:character 1: sent "O" (capital Latin, U+004F), exists "o" (Latin, U+006F)`}},
		{"T17 Cyrillic letter", "order_re\u0430dy", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.Problem, []string{"fact:mixed letters: the name that was sent mixes Latin and Cyrillic", "fact:(Cyrillic, U+0430), exists \"a\" (Latin, U+0061)"}},
		{"T17 the other way round", "order_ready", "en_US", listOf(tpl("order_re\u0430dy", "en_US", "APPROVED", "")), model.Problem, []string{"exists \"а\" (Cyrillic, U+0430)", "fact:mixes Latin and Cyrillic"}},
		{"blank at the end", "order_ready ", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.Problem, []string{"fact:a blank, U+0020"}},
		{"hyphen for underscore", "order-ready", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.Problem, []string{"fact:U+002D"}},
		{"letter left out", "order_redy", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.Problem, []string{`it has "order_ready"`, "fact:which was not sent"}},
		{"nothing like it", "welcome", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.Problem, []string{`no template named "welcome"`, "not:order_ready"}},
		{"no templates at all", "welcome", "en_US", listOf(), model.Problem, nil},
		{"in review", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "PENDING", "")), model.Problem, []string{"PENDING, on Meta's pages In Review"}},
		{"rejected", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "REJECTED", `"rejected_reason":"INVALID_FORMAT"`)), model.Problem, []string{"INVALID_FORMAT"}},
		{"paused", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "PAUSED", "")), model.Problem, []string{"PAUSED"}},
		{"a word that nobody knows", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "SLEEPING", "")), model.Unknown, []string{`"SLEEPING"`}},
		{"a word that no page explains", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "IN_APPEAL", "")), model.Unknown, []string{"the template is IN_APPEAL"}},
		{"no status", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "", "")), model.Unknown, nil},
		{"one language, none in the log", "order_ready", "", listOf(tpl("order_ready", "en_US", "APPROVED", "")), model.OK, []string{"does not say in which language"}},
		{"two languages, none in the log", "order_ready", "", listOf(tpl("order_ready", "en_US", "APPROVED", ""), tpl("order_ready", "es", "PAUSED", "")), model.Unknown, []string{"en_US, es"}},
		{"quality", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", `"quality_score":{"score":"RED"}`)), model.OK, []string{"but its quality is RED"}},
		{"quality is a text", "order_ready", "en_US", listOf(tpl("order_ready", "en_US", "APPROVED", `"quality_score":"RED"`)), model.OK, nil},
		{"no list", "order_ready", "en_US", `{"success":true}`, model.Unknown, []string{"no list"}},
		{"html", "order_ready", "en_US", `<html>`, model.Unknown, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, askFake(t, "template", sending1(tt.sent, tt.language), map[string]string{templatesAt: tt.list, "600000000000001": healthy}), tt.want, tt.say...)
		})
	}
}

func TestTemplateNotAsked(t *testing.T) {
	expect(t, askFake(t, "template", of(nil), nil), model.Skipped, "only free-form messages")
	expect(t, askFake(t, "template", of(func(f *model.Failure) { f.Kind = "template" }), nil), model.Skipped, "does not name a template")
	expect(t, askFake(t, "template", of(func(f *model.Failure) { f.Template, f.WABA = "x", "" }), nil), model.Skipped, "names no WABA")
}

// A list that was not read to its end proves no absence.
func TestTemplateListCut(t *testing.T) {
	more := `{"data":[` + tpl("a", "en", "APPROVED", "") + `],"paging":{"cursors":{"after":"c"},"next":"https://example.com"}}`
	expect(t, askFake(t, "template", sending1("welcome", "en"), map[string]string{templatesAt: listOf(), templatesAt + " all": more}), model.Unknown, "there are more")
	expect(t, askFake(t, "template", sending1("welcome", "en"), map[string]string{templatesAt: more, templatesAt + " all": listOf(tpl("Welcome", "en", "APPROVED", ""))}), model.Unknown, "there are more", `fact:similar name: "Welcome"`)
	// The near miss is in the whole list and not in the filtered one.
	whole := listOf(tpl("Welcome", "en", "APPROVED", ""))
	expect(t, askFake(t, "template", sending1("welcome", "en"), map[string]string{templatesAt: listOf(), templatesAt + " all": whole}), model.Problem, `it has "Welcome"`)
}

// The template's own health counts; that of the account is another check's.
func TestTemplateHealth(t *testing.T) {
	list := listOf(tpl("order_ready", "en_US", "APPROVED", ""))
	blocked := `{"health_status":{"can_send_message":"BLOCKED","entities":[{"entity_type":"MESSAGE_TEMPLATE","id":"6","can_send_message":"BLOCKED","errors":[{"error_code":141002,"error_description":"Only approved templates."}]}]}}`
	says := map[string]string{templatesAt: list, "600000000000001": blocked}
	expect(t, askFake(t, "template", sending1("order_ready", "en_US"), says), model.Problem, "blocks sending for the template: Only approved templates (141002)")
	delete(says, "600000000000001")
	expect(t, askFake(t, "template", sending1("order_ready", "en_US"), says), model.OK, "fact:health: could not ask")
}

func TestTemplateHealthSample(t *testing.T) {
	says := map[string]string{templatesAt: listOf(tpl("order_ready", "en_US", "PENDING", "")), "600000000000001": sample(t, "meta_doc_health_template_blocked_141002.json")}
	expect(t, askFake(t, "template", sending1("order_ready", "en_US"), says), model.Problem, "In Review", "fact:141002")
}

func TestTemplateParameters(t *testing.T) {
	parts := `"components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"Hi {{1}}, {{2}} and {{1}} again"},{"type":"FOOTER","text":"x"},{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY"},{"type":"URL","url":"https://example.com/{{1}}"}]}]`
	named := `"components":[{"type":"BODY","text":"Hi {{first_name}} of {{ town }}"}]`
	header := `{"type":"header","parameters":[{"type":"image"}]}`
	button := `{"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"z"}]}`
	body := func(n int) string {
		return `{"type":"body","parameters":[` + strings.TrimSuffix(strings.Repeat(`{"type":"text","text":"x"},`, n), ",") + `]}`
	}
	tests := []struct {
		name, parts, language, components string
		want                              model.Verdict
		say                               []string
	}{
		{"fits", parts, "en_US", header + "," + body(2) + "," + button, model.OK, []string{"fact:as many as the template takes"}},
		{"named, fits", named, "en_US", body(2), model.OK, nil},
		{"one too few", parts, "en_US", header + "," + body(1) + "," + button, model.Problem, []string{"its body takes 2 parameters and 1 were sent"}},
		{"no header", parts, "en_US", body(2) + "," + button, model.Problem, []string{"its header takes 1 parameters and 0 were sent"}},
		{"no button", parts, "en_US", header + "," + body(2), model.Problem, []string{"its button 2 takes 1"}},
		{"a header that it does not have", named, "en_US", header + "," + body(2), model.Problem, []string{"it has no header"}},
		{"a part that is not known here", named, "en_US", body(2) + `,{"type":"limited_time_offer","parameters":[{}]}`, model.OK, nil},
		{"components not in Meta's answer", `"category":"UTILITY"`, "en_US", body(7), model.OK, nil},
		{"the request's own language", named, "en-US", body(2), model.Unknown, []string{`"en-US" where Meta's list has "en_US"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sending1("order_ready", "en_US")
			s.Message.Request = `{"type":"template","template":{"name":"order_ready","language":{"code":"` + tt.language + `"},"components":[` + tt.components + `]}}`
			expect(t, askFake(t, "template", s, map[string]string{templatesAt: listOf(tpl("order_ready", "en_US", "APPROVED", tt.parts)), "600000000000001": healthy}), tt.want, tt.say...)
		})
	}
}

func TestDifferences(t *testing.T) {
	for _, tt := range []struct {
		sent, exists string
		n            int
		say          string
	}{
		{"abc", "abc", 0, ""},
		{"abc", "abd", 1, "character 3"},
		{"abc", "ab", 1, "character 3: sent \"c\""},
		{"ab", "abc", 1, "before character 3"},
		{"a\u200bb", "ab", 1, "<U+200B>"},
		{"abcdefgh", "ijklmnop", 6, "and so on"},
		{strings.Repeat("x", 5000), "x", 1, "too long"},
	} {
		got := differences(tt.sent, tt.exists)
		if len(got) != tt.n || !strings.Contains(strings.Join(got, "\n"), tt.say) {
			t.Errorf("%q and %q: %q", tt.sent, tt.exists, got)
		}
	}
}

// T17: a name with a look-alike letter is taken for the name that was meant, and
// names in one script alone are not taken for each other.
func TestLookAlikes(t *testing.T) {
	pairs := 0
	for twin, latin := range twins() {
		if skeleton("order_"+string(twin)+"x") != skeleton("order_"+string(latin)+"x") {
			t.Errorf("%q and %q look the same", twin, latin)
		}
		pairs++
	}
	if pairs < 80 {
		t.Errorf("only %d pairs", pairs)
	}
	for _, name := range []string{"order_ready", "заказ_готов", "παραγγελία", "注文準備", "طلب_جاهز", "הזמנה", "ऑर्डर_तैयार", "주문_완료"} {
		for _, other := range []string{"welcome_here", "привет_мир", "καλημέρα", "歓迎メッセージ", "مرحبا_بك", "ברוכים", "स्वागत_है", "환영_합니다"} {
			if distance(skeleton(name), skeleton(other)) == 0 {
				t.Errorf("%q and %q are taken for the same", name, other)
			}
		}
	}
}
