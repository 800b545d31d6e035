package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"unsent/model"
	"unsent/safe"
)

// An interpreter makes records of drafts, by rules that are the same for all
// formats of a file.
type interpreter struct {
	file   string
	source string // what the agent says the system is
	system string // "twilio", "generic"; empty until use
	codes  string // whose numbers a column of codes holds: "meta", a vendor, or "" when it is not known
	rules  *preset
	titles map[string]model.Code
	known  func(model.Code) bool // nil: any code
	fix    func(string) string
	clock  *clock
	doc    jsonDoc

	interned map[string]string
	phones   map[string]safe.Phone
	unknown  map[string]int // status words that are not known
	aside    map[string]int // errors that nobody knows, beside a status that is no failure
	clash    int            // rows whose error and status contradict each other
	foreign  int            // rows that went another way than WhatsApp
	cutIDs   int            // ids and codes that a spreadsheet has cut digits off

	cutNumbers, masked int // rows whose recipient lost digits in a spreadsheet, or is hidden
	decided            int // rows whose webhook says what became of messages, and not their own status

	future int // failures dated in the future

	otherClock int  // last inbound times whose zone is less known than the failure's
	prefixed   bool // Twilio's log marks WhatsApp numbers: those without the mark got an SMS
}

func newInterpreter(file string, o Options, fix func(string) string) *interpreter {
	return &interpreter{
		file: file, source: o.Source, titles: o.Titles, known: o.Known, fix: fix, clock: newClock(o),
		interned: map[string]string{}, phones: map[string]safe.Phone{}, unknown: map[string]int{}, aside: map[string]int{},
	}
}

// use takes the rules of a format for the records to come; nil: of none. The
// first format names the file's system. The agent's word goes before both.
func (p *interpreter) use(rules *preset) {
	p.rules, p.codes = rules, ""
	system := "generic"
	if rules != nil {
		system, p.codes = rules.System, rules.Codes
	}
	if p.source != "" {
		system = p.source
		switch name, known := vendorNamed(p.source); {
		case known && metaSystems[name]:
			p.codes = "meta"
		case known:
			p.codes = name
		}
	}
	if p.system == "" || p.system == "generic" {
		p.system = system
	}
}

// knows reports whether there is such a code of Meta's, as far as can be told.
func (p *interpreter) knows(c model.Code) bool { return p.known == nil || p.known(c) }

// record makes r of d. What is not there stays empty. The error is a
// *model.Rejection: nothing tells what became of the send.
func (p *interpreter) record(d *draft, r *model.Record) error {
	r.Source = model.Source{File: p.file, Line: d.line}
	r.Flags = append(r.Flags, d.flags...)
	p.cutIDs += d.cutIDs
	if !d.valid {
		p.fixTexts(d)
	}
	p.payloads(d)
	dropNoTimes(d)
	p.secrets(d, r)
	p.evidence(d, r)
	outcome, known := p.outcome(d, r)
	if !known {
		word := strconv.Quote(clip(d.v[fStatus], 40))
		*r = model.Record{}
		return &model.Rejection{Line: d.line, Raw: clip(d.raw, maxRaw-4), Reason: "the status " + word +
			" is not known and the row has no error: where another column tells, say which (m on the list of files, --map status=COLUMN on the command line); else ask what the word means"}
	}
	r.Outcome = outcome
	if d.torn && outcome == model.Failed {
		p.clash++
		flag(r, model.FlagContradiction)
	}
	p.times(d, r)
	p.people(d, r)
	p.facts(d, r)
	if r.Outcome != model.Failed {
		r.Code, r.CodeFrom, r.Vendor = "", "", model.Vendor{}
		r.Title, r.Message, r.Details, r.Subcode, r.HTTPStatus, r.Trace = "", "", "", "", 0, ""
		r.Request, r.Response, r.Raw = "", "", ""
		return nil
	}
	p.mark(d, r)
	return nil
}

func (p *interpreter) fixTexts(d *draft) {
	for f := range d.v {
		if d.v[f] != "" {
			d.v[f] = p.fix(d.v[f])
		}
	}
	d.raw, d.also = p.fix(d.raw), p.fix(d.also)
}

// secrets masks tokens and keys in everything that is kept. Formats that can
// search a whole row at once do so and say that it is clean.
func (p *interpreter) secrets(d *draft, r *model.Record) {
	if d.clean {
		return
	}
	hit := false
	for f := range d.v {
		if d.v[f] == "" {
			continue
		}
		if clean, n := safe.Redact(d.v[f]); n > 0 {
			d.v[f], hit = clean, true
		}
	}
	for _, s := range []*string{&d.raw, &d.also, &d.cut} {
		if clean, n := safe.Redact(*s); n > 0 {
			*s, hit = clean, true
		}
	}
	if hit {
		flag(r, model.FlagSecret)
	}
}

func flag(r *model.Record, f model.Flag) {
	for _, have := range r.Flags {
		if have == f {
			return
		}
	}
	r.Flags = append(r.Flags, f)
}

// outcome decides what became of the send. An error that is real outweighs a
// status that says otherwise (Chatwoot shows such rows as delivered:
// https://github.com/chatwoot/chatwoot/issues/13377). False: the status is a word
// that is not known, and nothing else tells.
func (p *interpreter) outcome(d *draft, r *model.Record) (model.Outcome, bool) {
	if d.outcome != "" {
		return d.outcome, true
	}
	if dir := d.v[fDirection]; dir != "" {
		word := dir
		if w, ok := p.rules.word("direction", dir); ok {
			word = w
		}
		if inbound(word) {
			return model.NotASend, true
		}
	}
	if mine, ok := yes(d.v[fFromMe]); ok && !mine {
		return model.NotASend, true
	}
	if otherChannel(d.v[fChannel]) || otherKind(d.v[fKind]) || p.prefixed && d.v[fRecipient] != "" && !strings.HasPrefix(d.v[fRecipient], "whatsapp:") {
		p.foreign++
		return model.NotASend, true
	}
	if d.v[fStatus] == "" && statusKey(strings.ToLower(d.v[fKind])) == "unsupported" {
		// Meta's word for what a customer sent and no webhook can show; its error
		// (131051) is about that message.
		return model.NotASend, true
	}
	status, known := p.status(d, r)
	real := p.realError(d, r, status)
	switch {
	case known && (status == model.Failed || status == model.NotAttempted || status == model.NotASend):
		return status, true
	case known && real:
		p.clash++
		flag(r, model.FlagContradiction)
		return model.Failed, true
	case known:
		return status, true
	case real:
		return model.Failed, true
	case d.v[fFailedAt] != "":
		return model.Failed, true
	case atoi(d.v[fStatus]) >= 0 && p.nobody(d):
		return model.NotASend, true // a figure about nobody: a line of totals
	case d.v[fStatus] != "":
		p.unknown[strings.Clone(strings.ToLower(clip(d.v[fStatus], 40)))]++ // the row's own text goes with it
		return "", false
	case d.v[fDeliveredAt] != "" || d.v[fReadAt] != "":
		return model.Succeeded, true
	case p.nobody(d):
		return model.NotASend, true // a line of totals, or of nothing
	}
	return model.InProgress, true
}

// nobody reports whether a row names no message and no recipient: "Total" in the
// column of numbers is none.
func (p *interpreter) nobody(d *draft) bool {
	if d.v[fRecipientUser]+d.v[fWAMID]+d.v[fMessageID] != "" {
		return false
	}
	to := d.v[fRecipient]
	return to == "" || safe.Digits(to) == "" && slices.Contains(p.phone(to).Flags, model.FlagRecipientOdd)
}

// status reads the status column, and those that take its place.
func (p *interpreter) status(d *draft, r *model.Record) (model.Outcome, bool) {
	if p.rules != nil && p.rules.FailedBy == "failed_at" && d.v[fStatus] == "" {
		if d.v[fFailedAt] != "" {
			return model.Failed, true
		}
		return "", false
	}
	s := d.v[fStatus]
	r.Status = p.intern(s)
	if s != "" {
		if w, ok := p.rules.word("status", s); ok {
			s = w
		}
		if o, clash, ok := judgeStatus(strings.ToLower(s)); ok {
			if clash {
				p.clash++
				flag(r, model.FlagContradiction)
			}
			return o, true
		}
		if code, ok := model.ParseCode(s); ok {
			n, _ := code.Int()
			if o, ok := outcomeOfHTTP(n); ok {
				if r.HTTPStatus == 0 {
					r.HTTPStatus = n
				}
				return o, true
			}
			if metaNumber(n) {
				if r.Code == "" {
					r.Code, r.CodeFrom = code, model.FromColumn
				}
				return model.Failed, true
			}
		}
		if code, ok := codeInText(s, p.known); ok && r.Code == "" {
			r.Code, r.CodeFrom = code, model.FromText
			return model.Failed, true
		}
	}
	if v, ok := yes(d.v[fSuccess]); ok {
		if v {
			return model.Succeeded, true
		}
		return model.Failed, true
	}
	return "", false
}

// times fills At from the first of these that can be read: when it failed, when
// its status changed, when the row was made, when it was sent; for a message
// that arrived, when it did. The text it was read from is kept beside it.
func (p *interpreter) times(d *draft, r *model.Record) {
	for _, f := range [...]field{fFailedAt, fUpdatedAt, fTime, fSentAt, fDeliveredAt, fReadAt} {
		s := d.v[f]
		if s == "" {
			continue
		}
		if r.AtText == "" {
			r.AtText = s
		}
		if t, zone, ok := p.clock.read(s, f, d.zoneOf(f)); ok {
			r.At, r.Zone, r.AtText, d.dayGuess = t, zone, s, p.clock.guess
			break
		}
	}
	if s := d.v[fLastInbound]; s != "" {
		// The window is counted from it to the failure: the clocks of both must be
		// known, or be the same.
		t, zone, ok := p.clock.read(s, fLastInbound, d.zoneOf(fLastInbound))
		switch {
		case !ok:
		case (zone == model.ZoneAssumed) == (r.Zone == model.ZoneAssumed):
			r.LastInbound = t
		default:
			p.otherClock++
		}
	}
}

// people fills who sent to whom.
func (p *interpreter) people(d *draft, r *model.Record) {
	r.RecipientRaw = d.v[fRecipient]
	r.RecipientUser = d.v[fRecipientUser]
	if r.RecipientRaw != "" {
		phone := p.phone(r.RecipientRaw)
		r.Recipient = phone.Digits
		for _, f := range phone.Flags {
			flag(r, f)
			switch f {
			case model.FlagRecipientDamaged:
				p.cutNumbers++
			case model.FlagRecipientMasked:
				p.masked++
			}
		}
		if r.Recipient == "" {
			r.Recipient = r.RecipientRaw
		} else if calling, _ := safe.Country(phone.Digits); len(phone.Digits) >= 8 && len(phone.Digits) <= 15 {
			// Fewer digits, or more, are no number with a country code, whatever they begin with.
			r.Country = calling
		}
	}
	if r.RecipientUser != "" && r.RecipientRaw == "" {
		flag(r, model.FlagBSUID)
	}
	if s := d.v[fSender]; s != "" {
		r.Sender = p.intern(s)
		if phone := p.phone(s); phone.Digits != "" {
			r.Sender = p.intern(phone.Digits)
		}
	}
}

// phone is safe.ParsePhone with a memory: a log names the same people again and
// again.
func (p *interpreter) phone(s string) safe.Phone {
	if ph, ok := p.phones[s]; ok {
		return ph
	}
	if len(p.phones) >= 1<<11 {
		clear(p.phones)
	}
	s = strings.Clone(s)
	ph := safe.ParsePhone(s)
	p.phones[s] = ph
	return ph
}

// facts copies what needs no reading.
func (p *interpreter) facts(d *draft, r *model.Record) {
	r.WAMID, r.MessageID = d.v[fWAMID], d.v[fMessageID]
	r.PhoneID, r.WABA, r.App = p.intern(d.v[fPhoneID]), p.intern(d.v[fWABA]), p.intern(d.v[fApp])
	r.Template = p.intern(d.v[fTemplate])
	if r.Template == "" {
		r.Template = p.intern(d.v[fTemplateID])
	}
	r.Language = p.intern(d.v[fLanguage])
	r.Kind = p.intern(kindOf(d.v[fKind]))
	if r.Kind == "" && r.Template != "" {
		r.Kind = "template"
	}
	r.Category = p.intern(strings.ToLower(d.v[fCategory]))
	r.Campaign = p.intern(d.v[fCampaign])
	r.Trace, r.Subcode = d.v[fTrace], p.intern(d.v[fSubcode])
	r.Request, r.Response = d.v[fRequest], d.v[fResponse]
	if r.Response == "" {
		r.Response = d.v[fPayload]
	}
	r.Raw = d.raw
	if n := atoi(d.v[fAttempts]); n > 0 && n < 10000 {
		r.Attempts = n
	}
	if d.several {
		flag(r, model.FlagSeveral)
	}
}

// kindOf is the kind of message in Meta's words.
func kindOf(s string) string {
	s = strings.ToLower(s)
	s = strings.TrimPrefix(s, "type_")
	switch s {
	case "hsm", "whatsapp_template", "templates":
		return "template"
	case "whatsapp", "message", "messages":
		return ""
	}
	return s
}

// mark sets the flags that only a failure has.
func (p *interpreter) mark(d *draft, r *model.Record) {
	if r.CodeFrom == "" {
		r.CodeFrom = model.FromNone
	}
	if r.Attempts == 0 {
		r.Attempts = 1
	}
	account := false
	for _, f := range r.Flags {
		account = account || f == model.FlagAccountError
	}
	if r.RecipientRaw == "" && r.RecipientUser == "" && !account {
		flag(r, model.FlagNoRecipient)
	}
	switch {
	case r.At.IsZero():
		flag(r, model.FlagNoTime)
	case r.Zone == model.ZoneAssumed:
		flag(r, model.FlagZoneAssumed)
	}
	if d.dayGuess {
		flag(r, model.FlagDayAssumed)
	}
	if !r.At.IsZero() && r.At.Sub(p.clock.now).Hours() > 24 {
		flag(r, model.FlagFuture)
		p.future++
	}
	if r.Code == "" {
		switch {
		case r.Vendor != model.Vendor{}:
			flag(r, model.FlagVendorOnly)
		case r.HTTPStatus >= 400:
			flag(r, model.FlagHTTPOnly)
		}
	}
	if d.v[fDeliveredAt] != "" || d.v[fReadAt] != "" {
		if s := outcomeWord(r.Status); s == model.Failed {
			flag(r, model.FlagDelivered)
		}
	}
	if foreign(r.Details) || r.Details == "" && foreign(r.Message) {
		flag(r, model.FlagLocalText)
	}
}

func outcomeWord(s string) model.Outcome {
	o, _ := outcomeOf(strings.ToLower(s))
	return o
}

// foreign reports whether a text is certainly not English: it is written in
// letters of another script, or has the marks that only other languages put on
// letters in more than one word.
func foreign(s string) bool {
	if ascii(s) {
		return false
	}
	marked, words := 0, 0
	for _, w := range strings.Fields(s) {
		hit := false
		for _, c := range w {
			if c >= 0x370 && c < 0x2000 || c >= 0x3040 && c < 0xe000 {
				return true
			}
			hit = hit || c >= 0xbf && c < 0x250
		}
		words++
		if hit {
			marked++
		}
	}
	return marked >= 2 && words >= 4
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// intern makes equal texts one, so that a record's facts do not keep its whole
// row in memory.
func (p *interpreter) intern(s string) string {
	if s == "" || len(s) > 128 {
		return s
	}
	if have, ok := p.interned[s]; ok {
		return have
	}
	if len(p.interned) >= 1<<13 {
		clear(p.interned)
	}
	s = strings.Clone(s)
	p.interned[s] = s
	return s
}

func (p *interpreter) warnings() []string {
	w := p.clock.warnings()
	if p.clash > 0 {
		w = append(w, countOf(p.clash, "row has", "rows have")+" an error or a failure beside a status that is no failure; they were taken for failures and are marked.")
	}
	if p.decided > 0 {
		w = append(w, countOf(p.decided, "row holds a webhook", "rows hold webhooks")+" of Meta's; what these say was taken, and not the row's own status, direction or time.")
	}
	if p.foreign > 0 {
		w = append(w, countOf(p.foreign, "row is", "rows are")+" about another channel than WhatsApp, such as SMS or e-mail; they were counted as no sends.")
	}
	if p.cutIDs > 0 {
		w = append(w, countOf(p.cutIDs, "id or code has", "ids or codes have")+" lost digits in a spreadsheet (as in 1.06541E+14) and were left out. Ask for the export as it was before a spreadsheet opened it.")
	}
	if p.cutNumbers > 0 {
		w = append(w, countOf(p.cutNumbers, "recipient has", "recipients have")+" lost digits in a spreadsheet (as in 4.47701E+11); who they are, and how many, cannot be told. Ask for the export as it was before a spreadsheet opened it.")
	}
	if p.masked > 0 {
		w = append(w, countOf(p.masked, "recipient has", "recipients have")+" hidden digits (as in 91****873); who they are, and how many, cannot be told. Ask for an export with whole numbers.")
	}
	if p.future > 0 {
		w = append(w, countOf(p.future, "failure is", "failures are")+" dated in the future. Perhaps day and month are the other way round (--date-order), or the zone is wrong (--tz).")
	}
	if p.otherClock > 0 {
		w = append(w, countOf(p.otherClock, "row says", "rows say")+" when the customer last wrote by another clock than when the message failed, one of them without a time zone; the customer service window cannot be told from them. To say the zone: m, then t on the list of files; --tz ZONE on the command line.")
	}
	if len(p.unknown) > 0 {
		n, words := quoted(p.unknown)
		w = append(w, fmt.Sprintf("%s a status whose meaning is not known and no error (%s); what became of them cannot be told, so they were left out and are listed.",
			countOf(n, "record has", "records have"), words))
	}
	if len(p.aside) > 0 {
		n, words := quoted(p.aside)
		w = append(w, fmt.Sprintf("%s a status that is no failure, and beside it an error that is not known (%s); the status was believed. Ask what they mean: a message that did fail is missing from the failures.",
			countOf(n, "record has", "records have"), words))
	}
	return w
}
