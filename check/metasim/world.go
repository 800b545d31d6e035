package metasim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ourApp is the app of a CRM that all the accounts share unless a scenario says
// otherwise. The digits of "demo" on a telephone's keys begin all invented ids.
const ourApp = "33669000000001"

// A world is everything that exists in the pretend Meta.
type world struct {
	now     time.Time
	nodes   map[string]*node // by id
	byToken map[string]*account
	page    *Page // nil: all is well
	faults  []Fault
	paged   string // the scenario that page and faults are of
}

// An account is one business account with all that belongs to it.
type account struct {
	Account
	sc        Scenario
	now       time.Time
	phones    []*node
	templates []*node
}

// A node is what has an id.
type node struct {
	id     string
	kind   string // Meta's word for it
	op     string // how faults call the question for it
	entity string // its word in health_status; empty: it has no health
	own    *account
	hidden bool // no token here may see it
	list   bool // it stands in its account's list
	fields map[string]any
}

func newWorld(now time.Time) *world {
	w := &world{now: now, nodes: map[string]*node{}, byToken: map[string]*account{}}
	w.nodes[ourApp] = appNode(ourApp, "Example CRM")
	return w
}

func appNode(id, name string) *node {
	return &node{id: id, kind: "Application", op: "app", fields: map[string]any{"id": id, "name": name, "link": "https://www.facebook.com/games/?app_id=" + id}}
}

// put adds a node whose id must be its alone.
func (w *world) put(n *node) error {
	if w.nodes[n.id] != nil {
		return fmt.Errorf("two things have the id %s", n.id)
	}
	w.nodes[n.id] = n
	return nil
}

// add makes a scenario true for an account and fills in what the account leaves
// to the scenario's file.
func (w *world) add(a *Account) error {
	sc, err := Find(a.Scenario)
	if err != nil {
		return err
	}
	if a.WABA == "" {
		a.WABA = sc.WABA
	}
	if a.App == "" {
		a.App = sc.App
	}
	if len(a.Phones) == 0 {
		for _, p := range sc.Phones {
			a.Phones = append(a.Phones, p.ID)
		}
	}
	if a.Token == "" {
		a.Token = tokenOf(a.Scenario, a.WABA)
	}
	if w.byToken[a.Token] != nil {
		return fmt.Errorf("two accounts have the token of %s", a.Scenario)
	}
	if err := w.setPage(&sc); err != nil {
		return err
	}
	acct := &account{Account: *a, sc: sc, now: w.now}
	acct.Phones = slices.Clone(a.Phones)
	w.byToken[a.Token] = acct
	return w.fill(acct)
}

// setPage takes over what a scenario says of the status page, of which there is
// only one.
func (w *world) setPage(sc *Scenario) error {
	var faults []Fault
	for _, f := range sc.Faults {
		if slices.ContainsFunc(f.On, onPage) {
			faults = append(faults, f)
		}
	}
	if sc.Page == nil && faults == nil {
		return nil
	}
	if w.paged != "" && w.paged != sc.Name {
		return fmt.Errorf("%s and %s both say what the status page says", w.paged, sc.Name)
	}
	w.paged, w.page, w.faults = sc.Name, sc.Page, faults
	return nil
}

func onPage(on string) bool { return on == "page" || slices.Contains(pages, on) }

// fill makes the account's nodes.
func (w *world) fill(a *account) error {
	list := []*node{a.waba(), a.flow()}
	for i, id := range a.Phones {
		var p Phone
		if i < len(a.sc.Phones) {
			p = a.sc.Phones[i]
		}
		a.phones = append(a.phones, a.phone(id, i, p))
	}
	templates := a.sc.Templates
	if templates == nil {
		templates = usualTemplates
	}
	for i, t := range templates {
		a.templates = append(a.templates, a.template(i, t))
	}
	list = append(append(list, a.phones...), a.templates...)
	for _, n := range list {
		if err := w.put(n); err != nil {
			return err
		}
	}
	for _, id := range []string{a.App, a.sc.Token.App} {
		if id != "" && w.nodes[id] == nil {
			w.nodes[id] = appNode(id, "Another app")
		}
	}
	return nil
}

// derived is an id of something that belongs to an account.
func derived(waba, what string, n int) string { return fmt.Sprintf("%s%s%02d", what, waba, n) }

// FlowID is the id of the account's Flow.
func (a Account) FlowID() string { return derived(a.WABA, "5", 1) }

func (a *account) business() string { return derived(a.WABA, "7", 1) }

// tokenOf is the token of an account: of the length and the letters of Meta's.
func tokenOf(scenario, waba string) string {
	return "EAApretendMeta" + strings.ReplaceAll(scenario, "-", "") + "Zz" + waba + strings.Repeat("Q7", 8)
}

// with are the fields of something healthy, changed to what a scenario says. A
// field that is said to be "absent" is not there.
func with(healthy, changed map[string]any) map[string]any {
	out := maps.Clone(healthy)
	for name, v := range changed {
		if v == "absent" {
			delete(out, name)
			continue
		}
		out[name] = v
	}
	return out
}

func (a *account) waba() *node {
	name := "Example Trading"
	if a.Name != "" {
		name = a.Name
	}
	return &node{id: a.WABA, kind: "WhatsAppBusinessAccount", op: "account", entity: "WABA", own: a, hidden: a.sc.Token.Blind, fields: with(map[string]any{
		"id": a.WABA, "name": name, "status": "ACTIVE", "account_review_status": "APPROVED",
		"business_verification_status": "verified", "ownership_type": "CLIENT_OWNED",
		"owner_business_info": map[string]any{"id": a.business(), "name": "Example Trading Ltd"},
		"currency":            "USD", "country": "US", "timezone_id": "1",
		"message_template_namespace":                "3366d3a0_0000_4000_8000_" + a.WABA[max(0, len(a.WABA)-12):],
		"disable_marketing_messages_on_cloud_api":   false,
		"whatsapp_business_manager_messaging_limit": "TIER_10K",
		"is_enabled_for_insights":                   true,
		"primary_business_location":                 "US",
	}, a.sc.Account)}
}

func (a *account) phone(id string, i int, p Phone) *node {
	number := fmt.Sprintf("+1 212-555-01%02d", i)
	if i < len(a.Numbers) {
		number = a.Numbers[i]
	}
	return &node{id: id, kind: "WhatsAppBusinessPhoneNumber", op: "phone", entity: "PHONE_NUMBER", own: a, hidden: a.sc.Token.Blind || p.Unseen, list: !p.Elsewhere && !p.Unseen,
		fields: with(map[string]any{
			"id": id, "display_phone_number": number, "verified_name": "Example Trading",
			"status": "CONNECTED", "quality_rating": "GREEN", "code_verification_status": "VERIFIED", "name_status": "APPROVED",
			"new_name_status": "NONE", "account_mode": "LIVE", "platform_type": "CLOUD_API",
			"throughput": map[string]any{"level": "STANDARD"}, "whatsapp_business_manager_messaging_limit": "TIER_10K",
			"is_official_business_account": false, "is_pin_enabled": true, "is_on_biz_app": false,
			"webhook_configuration": map[string]any{"application": "https://crm.example.com/webhooks/whatsapp"},
			"last_onboarded_time":   a.now.Add(-400 * 24 * time.Hour).Format(graphTime),
		}, p.Fields)}
}

// usualTemplates are those of an account whose scenario names none.
var usualTemplates = []Template{
	{Name: "order_ready", Language: "en_US"}, {Name: "order_ready", Language: "en"},
	{Name: "order_shipped", Language: "en_US"}, {Name: "order_shipped", Language: "es"},
	{Name: "appointment_reminder", Language: "en_US"},
	{Name: "login_code", Language: "en_US", Fields: map[string]any{"category": "AUTHENTICATION"}},
	{Name: "spring_offer", Language: "en_US", Fields: map[string]any{"category": "MARKETING"}},
	{Name: "invoice_due", Language: "fr"},
}

func (a *account) template(i int, t Template) *node {
	id := derived(a.WABA, "6", i+1)
	return &node{id: id, kind: "WhatsAppBusinessHSM", op: "template", entity: "MESSAGE_TEMPLATE", own: a, hidden: a.sc.Token.Blind, list: true, fields: with(map[string]any{
		"id": id, "name": t.Name, "language": t.Language, "status": "APPROVED", "category": "UTILITY", "rejected_reason": "NONE",
		"quality_score": map[string]any{"score": "GREEN", "date": a.now.Add(-30 * 24 * time.Hour).Unix()},
		"components":    []any{map[string]any{"type": "BODY", "text": "Hello, this is about your order."}},
	}, t.Fields)}
}

func (a *account) flow() *node {
	id := a.FlowID()
	return &node{id: id, kind: "WhatsAppBusinessFlow", op: "flow", entity: "FLOW", own: a, hidden: a.sc.Token.Blind, fields: with(map[string]any{
		"id": id, "name": "Book a table", "status": "PUBLISHED", "categories": []any{"APPOINTMENT_BOOKING"}, "validation_errors": []any{},
		"json_version": "7.0", "endpoint_uri": "https://crm.example.com/flows", "application": map[string]any{"id": a.App, "name": "Example CRM"},
	}, a.sc.Flow)}
}
