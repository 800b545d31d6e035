package metasim

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

//go:embed scenarios/*.toml
var files embed.FS

// Names are the names of all scenarios, sorted.
func Names() []string {
	list, _ := fs.Glob(files, "scenarios/*.toml") // the pattern is well formed
	for i, name := range list {
		list[i] = strings.TrimSuffix(path.Base(name), ".toml")
	}
	slices.Sort(list)
	return list
}

// A Scenario is what one file pretends: how a business account differs from a
// healthy one, what goes wrong on the way to it, and what the checks should make
// of it.
type Scenario struct {
	Name  string `toml:"-"`
	Title string `toml:"title"` // the cause or the trap, in a few words
	About string `toml:"about"` // what is true here, and what a client may get wrong

	WABA    string `toml:"waba"`
	App     string `toml:"app"`     // empty: the app that all healthy accounts have
	Version string `toml:"version"` // the API version that answers; empty: the one that was asked for

	Message Message `toml:"message"`
	// Expect is the verdict of each check that the scenario is about, for Message.
	Expect map[string]string `toml:"expect"`

	Account   map[string]any      `toml:"account"` // fields of the account that differ
	Phones    []Phone             `toml:"phone"`
	Templates []Template          `toml:"template"` // in place of a healthy account's
	Token     Token               `toml:"token"`
	Health    map[string]Health   `toml:"health"`      // by entity: PHONE_NUMBER, WABA, BUSINESS, APP, MESSAGE_TEMPLATE, FLOW
	Apps      *[]App              `toml:"apps"`        // who is subscribed; nil: the account's own app
	Key       map[string]any      `toml:"key"`         // the business public key; empty: none is set
	Flow      map[string]any      `toml:"flow"`        // fields of the Flow that differ
	Unknown   map[string][]string `toml:"unknown"`     // fields that this API version does not know, by kind of node
	History   []Event             `toml:"history"`     // what Meta knows of Message
	Activity  []Activity          `toml:"activity"`    // what was done to the account
	Usage     map[string]any      `toml:"usage"`       // the business use case's usage, in percent
	Paging    Paging              `toml:"paging"`      // how lists are cut
	Faults    []Fault             `toml:"fault"`       // what goes wrong on the way
	Page      *Page               `toml:"status_page"` // what the status page says; nil: nothing of interest
}

// A Message is one that failed and that the scenario explains, so that a test
// can put it into a log. Its account and number are the scenario's.
type Message struct {
	Code     int    `toml:"code"`
	Details  string `toml:"details"`
	To       string `toml:"to"`
	At       Moment `toml:"at"`
	Template string `toml:"template"`
	Language string `toml:"language"`
	Flow     bool   `toml:"flow"`    // an interactive message that opens the account's Flow
	Inbound  Moment `toml:"inbound"` // when the customer last wrote
	Phone    int    `toml:"phone"`   // which of the numbers sent it, from 0
}

// A Phone is a business number.
type Phone struct {
	ID        string         `toml:"id"`
	Elsewhere bool           `toml:"elsewhere"` // it belongs to another account; the token may see it all the same
	Unseen    bool           `toml:"unseen"`    // the token may not see it
	Fields    map[string]any `toml:"fields"`    // that differ from a healthy number's
}

// A Template is one language of a message template.
type Template struct {
	Name     string         `toml:"name"`
	Language string         `toml:"language"`
	Fields   map[string]any `toml:"fields"` // that differ from an approved one's
}

// A Token is how the token differs from one of a system user with both
// permissions that never expires.
type Token struct {
	Type       string    `toml:"type"`
	App        string    `toml:"app"`        // of another app than the account's
	Scopes     *[]string `toml:"scopes"`     // the permissions
	Targets    *[]string `toml:"targets"`    // the accounts that the permissions are for; nil: this one
	NoTargets  bool      `toml:"no_targets"` // the answer names no accounts at all
	Expires    Moment    `toml:"expires"`
	DataAccess Moment    `toml:"data_access"` // when the access to data ends
	Blind      bool      `toml:"blind"`       // it is valid, and may see nothing of this account
	// Refused is how debug_token speaks of a token that is no longer valid:
	// "status", an error as any other call gives, or "body", HTTP 200 with
	// is_valid false. Which of the two Meta does when a token asks about itself is
	// not known, so a client has to read both. Empty: the token is valid.
	Refused string `toml:"refused"`
	Subcode int    `toml:"subcode"` // of the error 190
	Reason  string `toml:"reason"`  // its message
}

// Health is what health_status says of one entity. The overall word is the worst
// of all entities, calling over SIP included, as in Meta's own example.
type Health struct {
	Send   string           `toml:"can_send_message"`
	SIP    string           `toml:"can_receive_call_sip"`
	Info   []string         `toml:"additional_info"`
	Errors []map[string]any `toml:"errors"`
}

// An App is subscribed to an account's webhooks.
type App struct {
	ID       string `toml:"id"`
	Name     string `toml:"name"`
	Override string `toml:"override_callback_uri"`
	Flat     bool   `toml:"flat"` // written as Meta's OpenAPI schema has it, not as its example
}

// An Event is something that became of a message.
type Event struct {
	Status  string `toml:"delivery_status"`
	Webhook string `toml:"webhook_update_state"`
	At      Moment `toml:"at"`
	URI     string `toml:"webhook_uri"`
	Error   string `toml:"error_description"`
}

// An Activity is an entry of the account's own audit log.
type Activity struct {
	Type        string `toml:"type"`
	At          Moment `toml:"at"`
	Actor       string `toml:"actor"`
	Description string `toml:"description"`
}

// Paging is how the lists of an account are cut.
type Paging struct {
	Size int  `toml:"size"` // the most that one page holds; 0: as many as were asked for
	Loop bool `toml:"loop"` // each page says that the next one is itself
}

// A Page is what the status page says.
type Page struct {
	Zone    string   `toml:"zone"` // "none": times are written without a zone
	Outages []Outage `toml:"outage"`
}

// An Outage is one entry of the status page.
type Outage struct {
	Product string `toml:"product"` // empty: whatsapp-business-api
	Service string `toml:"service"`
	Status  string `toml:"status"` // the worst that it was
	Begun   Moment `toml:"begun"`
	Ended   Moment `toml:"ended"` // unset: it is open
	// Listed is the file that a resolved outage stands in: "history", or
	// "active" where it may still stand. Empty: history.
	Listed string `toml:"listed"`
	Text   string `toml:"text"`
}

// A Fault is what goes wrong on the way to an answer.
type Fault struct {
	// On are the questions that meet it: names of ops, "graph" for all of them,
	// or "page" and the files of the status page.
	On  []string `toml:"on"`
	How string   `toml:"how"` // one of hows

	// Of "error": what the answer says.
	HTTP      int            `toml:"http"`
	Code      int            `toml:"code"`
	Subcode   int            `toml:"subcode"`
	Type      string         `toml:"type"`
	Message   string         `toml:"message"`
	Details   string         `toml:"details"`
	UserTitle string         `toml:"user_title"`
	UserText  string         `toml:"user_text"`
	Transient bool           `toml:"transient"`
	Data      map[string]any `toml:"data"` // stands beside the error, as if all were well

	Wait Span   `toml:"wait"` // of "late": for how long
	Body string `toml:"body"` // of "text" and "latin1": what the answer is instead
}

// Find reads a scenario. An error says what its file lacks or has too much.
func Find(name string) (Scenario, error) {
	text, err := files.ReadFile("scenarios/" + name + ".toml")
	if err != nil {
		return Scenario{}, fmt.Errorf("there is no scenario %q", name)
	}
	return parse(name, text)
}

// free are the tables whose keys are Meta's, and so whatever a scenario wants.
var free = []string{"account", "fields", "flow", "key", "usage", "errors", "data"}

// parse reads the text of a scenario's file.
func parse(name string, text []byte) (Scenario, error) {
	s := Scenario{Name: name}
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&s)
	if err != nil {
		return Scenario{}, fmt.Errorf("reading scenario %s: %w", name, err)
	}
	for _, key := range meta.Undecoded() {
		if slices.ContainsFunc(key[:len(key)-1], func(part string) bool { return slices.Contains(free, part) }) {
			continue
		}
		return Scenario{}, fmt.Errorf("reading scenario %s: nothing is known of %q", name, key)
	}
	if err := s.valid(); err != nil {
		return Scenario{}, fmt.Errorf("reading scenario %s: %w", name, err)
	}
	if s.App == "" {
		s.App = ourApp
	}
	return s, nil
}

var (
	hows  = []string{"error", "text", "latin1", "html", "empty", "late", "silent", "cut", "endless", "trickle", "huge", "redirect"}
	ops   = []string{"debug_token", "account", "phone", "health", "phone_numbers", "subscribed_apps", "message_templates", "template", "whatsapp_business_encryption", "flow", "message_history", "activities", "app"}
	pages = []string{"orgs", "outages", "history", "rss"}
)

func (s *Scenario) valid() error {
	var lacks []string
	need := func(what string, there bool) {
		if !there {
			lacks = append(lacks, what)
		}
	}
	need("title", s.Title != "")
	need("about", s.About != "")
	need("waba", isID(s.WABA))
	need("a phone", len(s.Phones) > 0)
	need("message.code", s.Message.Code != 0)
	need("message.to", s.Message.To != "")
	need("message.at", s.Message.At.set)
	need("message.template or message.inbound", s.Message.Template != "" || s.Message.Inbound.set)
	need("expect", len(s.Expect) > 0)
	if len(lacks) > 0 {
		return fmt.Errorf("it lacks %s", strings.Join(lacks, ", "))
	}
	if s.Message.Phone < 0 || s.Message.Phone >= len(s.Phones) {
		return errors.New("message.phone is none of its numbers")
	}
	for _, p := range s.Phones {
		if !isID(p.ID) {
			return fmt.Errorf("%q is no id", p.ID)
		}
	}
	for entity, h := range s.Health {
		if !slices.Contains(entities, entity) {
			return fmt.Errorf("%q has no health", entity)
		}
		if h.Send == "" && h.SIP == "" {
			return fmt.Errorf("the health of %s is not said", entity)
		}
	}
	for _, verdict := range slices.Sorted(maps.Values(s.Expect)) {
		if !slices.Contains([]string{"ok", "problem", "unknown", "skipped"}, verdict) {
			return fmt.Errorf("%q is no verdict", verdict)
		}
	}
	switch s.Token.Refused {
	case "", "status", "body":
	default:
		return fmt.Errorf("token.refused is %q", s.Token.Refused)
	}
	return s.validFaults()
}

func (s *Scenario) validFaults() error {
	for _, f := range s.Faults {
		if !slices.Contains(hows, f.How) {
			return fmt.Errorf("a fault is how %q; it may be %s", f.How, strings.Join(hows, ", "))
		}
		if len(f.On) == 0 {
			return fmt.Errorf("the fault %q is on nothing", f.How)
		}
		for _, on := range f.On {
			if on != "graph" && on != "page" && !slices.Contains(ops, on) && !slices.Contains(pages, on) {
				return fmt.Errorf("a fault is on %q, which nobody asks", on)
			}
		}
		if f.How == "error" && (f.HTTP == 0 || f.Message == "") {
			return errors.New("an error has an http status and a message")
		}
		if f.How == "late" && f.Wait == 0 {
			return errors.New("a late answer says how long to wait")
		}
	}
	if s.Page != nil {
		for _, o := range s.Page.Outages {
			if o.Service == "" || o.Status == "" || !o.Begun.set {
				return errors.New("an outage has a service, a status and a beginning")
			}
		}
	}
	return nil
}

// isID reports whether s is an id as Meta gives them: digits.
func isID(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// A Moment is a time told from now: "-90m", "+60d", "0s".
type Moment struct {
	from time.Duration
	set  bool
}

// UnmarshalText reads a moment.
func (m *Moment) UnmarshalText(text []byte) error {
	d, err := span(string(text))
	if err != nil {
		return err
	}
	*m = Moment{d, true}
	return nil
}

// From is the moment when now is now; the zero time when it is not told.
func (m Moment) From(now time.Time) time.Time {
	if !m.set {
		return time.Time{}
	}
	return now.Add(m.from)
}

// A Span is a length of time: "200ms", "30d".
type Span time.Duration

// UnmarshalText reads a span.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := span(string(text))
	*s = Span(d)
	return err
}

// span reads what time.ParseDuration reads, and days.
func span(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < -36500 || n > 36500 {
			return 0, fmt.Errorf("%q is no number of days", text)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	return time.ParseDuration(text)
}
