package model

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A MessageID numbers a failed message in the local database. It is written "m12".
type MessageID int64

// String is "m12".
func (id MessageID) String() string { return "m" + strconv.FormatInt(int64(id), 10) }

// MarshalText writes "m12".
func (id MessageID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// A Failure is one WhatsApp message that was not delivered, as far as its
// export tells. A fact that the export does not have is the zero value; nothing
// is invented.
//
// Text fields are what the export said, secrets masked, otherwise unchanged:
// they may hold terminal escapes and anything else.
type Failure struct {
	ID       MessageID  `json:"id"`
	Incident IncidentID `json:"incident,omitzero"`
	Moved    Moved      `json:"moved,omitzero"` // how it came to that incident, where it was moved by hand

	At     time.Time `json:"at,omitzero"`      // when the failure was reported, UTC; zero when the row has no time
	AtText string    `json:"at_text,omitzero"` // the time as the row wrote it
	Zone   ZoneFrom  `json:"-"`                // how At's zone is known

	Code       Code     `json:"code,omitzero"`
	CodeFrom   CodeFrom `json:"code_from"`
	Vendor     Vendor   `json:"vendor,omitzero"`
	Title      string   `json:"title,omitzero"`
	Message    string   `json:"message,omitzero"`
	Details    string   `json:"details,omitzero"`
	Subcode    string   `json:"subcode,omitzero"`
	HTTPStatus int      `json:"http_status,omitzero"`
	Trace      string   `json:"fbtrace_id,omitzero"` // only synchronous answers carry one

	WAMID         string `json:"wamid,omitzero"`      // Meta's message id; it contains the recipient's number
	MessageID     string `json:"message_id,omitzero"` // the sending system's own id
	Recipient     string `json:"recipient,omitzero"`  // E.164 digits without "+", or what the row had when that is no number
	RecipientRaw  string `json:"-"`                   // as written: its shape is evidence
	RecipientUser string `json:"recipient_user_id,omitzero"`
	Country       string `json:"country,omitzero"` // calling code of the recipient, "55"; empty when unknown
	Sender        string `json:"sender,omitzero"`  // the business number, digits
	PhoneID       string `json:"phone_number_id,omitzero"`
	WABA          string `json:"waba_id,omitzero"`
	App           string `json:"app_id,omitzero"`

	Template string `json:"template,omitzero"`
	Language string `json:"language,omitzero"`
	Kind     string `json:"kind,omitzero"`     // template, text, image, interactive, …
	Category string `json:"category,omitzero"` // marketing, utility, authentication, service
	Campaign string `json:"campaign,omitzero"`
	Status   string `json:"status,omitzero"` // the word of the export

	LastInbound time.Time `json:"last_inbound_at,omitzero"` // when the customer last wrote, UTC
	Attempts    int       `json:"attempts,omitzero"`        // failures known of this one message; 1 for most

	Flags  []Flag `json:"flags,omitempty"`
	Source Source `json:"source"`

	// Request, Response and Raw are long; a list leaves them empty and
	// Store.Failure fills them.
	Request  string `json:"-"` // the API request, as the export has it
	Response string `json:"-"` // the API's answer or the webhook, as the export has it
	Raw      string `json:"-"` // the whole row
}

// A Source is where a record stood. Line is the line of the file, counted from
// 1 and including the header, that the record starts on.
//
// System is set when the file holds several logs, each of its own system; it
// tells ids of one apart from those of another and is not kept.
type Source struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitzero"`
	System string `json:"-"`
}

// Synchronous reports whether the failure is known from the API's own answer
// (true), from a later webhook (false), or cannot be told (known is false). It
// matters because only the answer carries an fbtrace_id. An accepted message
// has a wamid; a refused one has none (graph.md, "sync refusal has no wamid").
func (f *Failure) Synchronous() (sync, known bool) {
	switch {
	case f.Trace != "" || strings.Contains(f.Response, `"fbtrace_id"`):
		return true, true
	case strings.Contains(f.Response, `"statuses"`) || strings.Contains(f.Raw, `"statuses"`):
		return false, true
	case f.WAMID != "":
		return false, true
	}
	return false, false
}

// A Flag marks something about a record that an agent must know before trusting it.
type Flag string

// The flags.
const (
	FlagContradiction    Flag = "contradiction"     // an error beside a status that is no failure
	FlagDelivered        Flag = "also-delivered"    // the log has a success for this very message too
	FlagRecipientDamaged Flag = "recipient-damaged" // a spreadsheet cut digits off (5.5119E+12)
	FlagRecipientMasked  Flag = "recipient-masked"  // the export hides digits (91****873)
	FlagRecipientOdd     Flag = "recipient-odd"     // not E.164 as written: no country code, too short, too long
	FlagNoRecipient      Flag = "recipient-missing" // the row names nobody
	FlagNoTime           Flag = "time-missing"      // the row has no time that could be read
	FlagZoneAssumed      Flag = "zone-assumed"      // the time had no zone; UTC was assumed
	FlagDayAssumed       Flag = "day-order-assumed" // the date does not tell day from month (03/04); it is said what was assumed
	FlagFuture           Flag = "time-in-future"    // later than the import's own clock by over a day
	FlagSecret           Flag = "secret-masked"     // a token or key stood in the row and was masked
	FlagSeveral          Flag = "several-sends"     // the row holds more than one send; this is the first
	FlagRepaired         Flag = "row-repaired"      // the row had more or fewer cells than the header
	FlagGroup            Flag = "group"             // sent to a group
	FlagBSUID            Flag = "bsuid"             // addressed by a business-scoped user id
	FlagLocalText        Flag = "text-not-english"  // the details are translated; only the code counts
	FlagAccountError     Flag = "account-level"     // an error of the account or app, no message was named
	FlagVendorOnly       Flag = "vendor-code-only"  // the only code is another system's and has no translation
	FlagHTTPOnly         Flag = "http-status-only"  // the only number is an HTTP status
)

// An Outcome is what became of one send. Only Failed records become failures;
// the others are counted, so that a share can be told.
type Outcome string

// The outcomes. An unreadable record is a Rejection and has none.
const (
	Failed       Outcome = "failed"
	Succeeded    Outcome = "succeeded"
	NotAttempted Outcome = "not_attempted" // skipped, opted out, cancelled before sending
	InProgress   Outcome = "in_progress"   // queued, sent: not yet known
	NotASend     Outcome = "not_a_send"    // an inbound message, a total, a call
)

// A Record is one send's outcome as a reader yields it. For outcomes other than
// Failed the failure's error fields are empty.
type Record struct {
	Outcome Outcome
	Failure

	// Where Raw has the payloads, when the reader knows: it would have to be searched
	// for them otherwise. What stands there is Request and Response, to the letter.
	RequestAt, ResponseAt Place
}

// A Place is a part of a text, in bytes; the zero one is none.
type Place struct {
	From, To int
	Doubled  bool // with quotation marks doubled, as tables write them
}

// Identity names the message a record is about, so that importing a file twice
// changes nothing and a message that fails twice is one message with a history.
// It is the wamid where there is one, else the sending system's id together
// with that system, else what the row says of recipient, sender, template and
// time. Meta's ids are unique; the last form is a best effort and two equal
// rows count once.
func (r *Record) Identity(system string) string {
	switch {
	case r.WAMID != "":
		return r.WAMID
	case r.MessageID != "":
		return "id\x00" + system + "\x00" + r.PhoneID + "\x00" + r.MessageID
	}
	at := r.AtText
	if !r.At.IsZero() {
		at = strconv.FormatInt(r.At.UnixMilli(), 10)
	}
	to := r.Recipient
	if to == "" {
		to = r.RecipientRaw + r.RecipientUser
	}
	return strings.Join([]string{
		"row", system, at, to, r.Sender, r.PhoneID, r.Template, r.Campaign,
		string(r.Code), r.Vendor.Code, r.Title, r.Message, r.Details,
	}, "\x00")
}

// A Target is what a command is about: an incident, a message, or the message
// that a wamid names. Exactly one field is set.
type Target struct {
	Incident IncidentID
	Message  MessageID
	WAMID    string
}

// ParseTarget reads "i7", "m1234" or a wamid.
func ParseTarget(s string) (Target, error) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "wamid.") || strings.HasPrefix(s, "gBEG") || strings.HasPrefix(s, "ABEG") {
		return Target{WAMID: s}, nil
	}
	if len(s) > 1 {
		if n, err := strconv.ParseInt(s[1:], 10, 64); err == nil && n > 0 {
			switch s[0] {
			case 'i', 'I':
				return Target{Incident: IncidentID(n)}, nil
			case 'm', 'M':
				return Target{Message: MessageID(n)}, nil
			}
		}
	}
	return Target{}, WithHint(fmt.Errorf("%q names neither an incident nor a message", s),
		"write i7 for incident 7, m1234 for message 1234, or a whole wamid")
}

// String is the way ParseTarget reads it.
func (t Target) String() string {
	switch {
	case t.Incident != 0:
		return t.Incident.String()
	case t.Message != 0:
		return t.Message.String()
	}
	return t.WAMID
}
