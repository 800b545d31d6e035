package packet

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"unsent/model"
	"unsent/safe"
)

// The kinds of masked values.
const (
	kindSecret   = "secret"
	kindPhone    = "recipient"
	kindNumber   = "number" // digits that may be somebody's number
	kindUser     = "user"   // a business-scoped user id
	kindWAMID    = "wamid"
	kindName     = "name"
	kindText     = "text"
	kindParam    = "param"
	kindLink     = "link"
	kindMail     = "email"
	kindID       = "id"
	kindBusiness = "business-number"
)

// A masker replaces what a profile must not show by labels. Equal values have
// equal labels within one packet, so that a reader can still tell that two
// messages went to the same person.
type masker struct {
	profile Profile
	literal []string // the secrets that the program knows

	people   []person          // recipients, in the order in which they were met
	business map[string]bool   // digits of the business's own numbers
	personal map[string]string // names and texts of the payloads -> their label
	words    []string          // the keys of personal, longest first
	ids      map[string]string // known ids -> what they are: "WABA", "phone-number-id", …
	labels   map[string]string // kind and value -> label
	count    map[string]int    // kind -> labels given

	proses   map[string]string  // what prose made of a text already
	payloads map[string]payload // and payload
	learnt   map[string]bool    // payloads that learnPayload has been through
	within   int                // how many payloads the one at hand is inside of
	masked   []Masked
	noted    map[string]bool
	secrets  int
	kept     map[string]bool
}

// A person is a recipient who is known by number.
type person struct {
	digits string
	shape  string     // how it was written, when that was not plain digits
	flag   model.Flag // what is odd about it
}

func newMasker(p Profile, in Input) *masker {
	return &masker{
		profile: p, literal: in.Secrets,
		business: map[string]bool{}, personal: map[string]string{}, ids: map[string]string{},
		labels: map[string]string{}, count: map[string]int{}, noted: map[string]bool{}, kept: map[string]bool{},
		proses: map[string]string{}, payloads: map[string]payload{}, learnt: map[string]bool{},
	}
}

// hides reports whether people's numbers are masked.
func (m *masker) hides() bool { return m.profile != Internal }

// learn meets everybody and everything that must not show, before any text is
// masked: a number in the details is then known for the recipient that it is.
func (m *masker) learn(in Input) {
	for _, d := range []model.Dim{model.DimWABA, model.DimPhone, model.DimApp} {
		for _, v := range in.Scopes[d].Top {
			m.learnID(v.Value, idNames[d])
		}
	}
	m.learnID(in.Incident.WABA, idNames[model.DimWABA])
	m.learnID(in.Incident.PhoneID, idNames[model.DimPhone])
	for i := range in.Samples {
		f := &in.Samples[i]
		m.learnID(f.WABA, idNames[model.DimWABA])
		m.learnID(f.PhoneID, idNames[model.DimPhone])
		m.learnID(f.App, idNames[model.DimApp])
		if d := safe.ParsePhone(f.Sender).Digits; d != "" {
			m.business[d] = true
		}
	}
	for i := range in.Samples {
		f := &in.Samples[i]
		m.learnPhone(f.RecipientRaw)
		m.learnPhone(f.Recipient)
		if d, ok := safe.WAMIDNumber(f.WAMID); ok {
			m.learnDigits(d, "", "")
		}
		for _, s := range []string{f.Request, f.Response} {
			m.learnPayload(s)
		}
	}
	for _, v := range in.Scopes[model.DimRecipient].Top {
		m.learnPhone(v.Value)
	}
	for w := range m.personal {
		m.words = append(m.words, w)
	}
	slices.SortFunc(m.words, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
}

var idNames = map[model.Dim]string{model.DimWABA: "waba", model.DimPhone: "phone-number-id", model.DimApp: "app"}

func (m *masker) learnID(v, what string) {
	if v = strings.TrimSpace(v); len(v) >= 5 {
		m.ids[v] = what
	}
}

// learnPhone takes a recipient as a log or a payload writes it.
func (m *masker) learnPhone(raw string) {
	p := safe.ParsePhone(raw)
	shape, flag := "", model.Flag("")
	if p.Shape != strings.Repeat("d", len(p.Digits)) {
		shape = p.Shape
	}
	if len(p.Flags) > 0 {
		flag = p.Flags[0]
	}
	m.learnDigits(p.Digits, shape, flag)
}

// shortNumber is the least digits that are searched for in running text as a
// known number; shorter ones would hit counts and codes.
const shortNumber = 7

func (m *masker) learnDigits(digits, shape string, flag model.Flag) {
	if len(digits) < shortNumber || m.business[digits] {
		return
	}
	if i := m.find(digits); i >= 0 {
		p := &m.people[i]
		if p.shape == "" {
			p.shape = shape
		}
		if len(digits) > len(p.digits) && p.flag != "" {
			p.digits, p.flag = digits, flag // the fuller form of the same number
		}
		return
	}
	m.people = append(m.people, person{digits, shape, flag})
}

// find is the person with that number, or with the same number less its country
// code; -1 when nobody has it.
func (m *masker) find(digits string) int {
	for i, p := range m.people {
		if p.digits == digits {
			return i
		}
	}
	national := strings.TrimLeft(digits, "0")
	if len(national) < shortNumber {
		return -1
	}
	for i, p := range m.people {
		if strings.HasSuffix(p.digits, national) || len(p.digits) >= shortNumber && strings.HasSuffix(digits, strings.TrimLeft(p.digits, "0")) {
			return i
		}
	}
	return -1
}

// learnWord takes a name or a text of a payload: where it comes again in running
// text, its label stands for it. Short ones would hit ordinary words.
func (m *masker) learnWord(s, label string) {
	s = strings.TrimSpace(s)
	letters := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < 3 || utf8.RuneCountInString(s) < 4 || len(s) > 400 {
		return
	}
	if _, ok := m.personal[s]; !ok {
		m.personal[s] = label
	}
}

// note records a masked value once.
func (m *masker) note(label, kind, value string) string {
	if key := label + "\x00" + value; !m.noted[key] {
		m.noted[key] = true
		m.masked = append(m.masked, Masked{label, kind, value})
	}
	return label
}

// labelled is the label of a value: "<user#2>".
func (m *masker) labelled(kind, value string) string {
	key := kind + "\x00" + value
	label, ok := m.labels[key]
	if !ok {
		m.count[kind]++
		label = fmt.Sprintf("<%s#%d>", kind, m.count[kind])
		m.labels[key] = label
	}
	return m.note(label, kind, value)
}

// phone is the label of a recipient's number, written as it was written.
func (m *masker) phone(raw string) string {
	if strings.TrimSpace(raw) == "" || !m.hides() {
		return safe.Line(raw)
	}
	p := safe.ParsePhone(raw)
	switch {
	case p.Digits == "" && slices.Contains(p.Flags, model.FlagBSUID):
		return m.labelled(kindUser, raw)
	case len(p.Digits) < shortNumber:
		return m.note(fmt.Sprintf("<recipient, written %s>", p.Shape), kindPhone, raw)
	}
	label := m.digits(p.Digits)
	if p.Shape != strings.Repeat("d", len(p.Digits)) {
		label = m.note(strings.TrimSuffix(label, ">")+", written "+p.Shape+">", kindPhone, raw)
	}
	return label
}

// digits is the label of a number in plain digits.
func (m *masker) digits(d string) string {
	if !m.hides() {
		return d
	}
	if m.business[d] {
		if m.profile != Public {
			return m.keep(d)
		}
		return m.labelled(kindBusiness, d)
	}
	if i := m.find(d); i >= 0 {
		return m.note(fmt.Sprintf("<recipient#%d>", i+1), kindPhone, d)
	}
	return m.labelled(kindNumber, d)
}

// keep marks an id that is shown as it is.
func (m *masker) keep(id string) string {
	m.kept[id] = true
	return id
}

// wamid shows a message id to those who can trace it. To anybody else its number
// would be an open secret: the id is base64, and holds it in clear.
func (m *masker) wamid(id string) string {
	if m.profile != Public {
		return m.keep(id)
	}
	label, ok := m.labels[kindWAMID+"\x00"+id]
	if !ok {
		m.count[kindWAMID]++
		label = fmt.Sprintf("<wamid#%d %s>", m.count[kindWAMID], strings.TrimPrefix(safe.MaskWAMID(id), "wamid#"))
		m.labels[kindWAMID+"\x00"+id] = label
	}
	return m.note(label, kindWAMID, id)
}

// id shows an account's or a number's id, or its label. A recipient's number in
// the place of an id, as in a wrongly mapped column, stays masked.
func (m *masker) id(v, what string) string {
	v = clip(strings.TrimSpace(v), 300)
	switch {
	case v == "":
		return ""
	case isWAMID(v):
		return m.wamid(v)
	case m.hides() && isPhoneLike(v) && m.find(v) >= 0:
		return m.digits(v)
	case m.profile == Public:
		return m.labelled(what, v)
	}
	if len(v) <= 64 && strings.Trim(v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == "" && !safe.HasSecret(v, m.literal...) {
		return m.keep(v)
	}
	return cut(safe.Line(m.prose(v)), 60)
}

// plain is a name out of the business's own vocabulary: a template, a language, a
// campaign. It is shown, but looked through as any text is.
func (m *masker) plain(v string) string { return safe.Line(m.prose(v)) }

var wamidForm = model.Pattern(`wamid\.[A-Za-z0-9+/_=-]{8,}|\b(?:gBE|gBG|ABE|ABG)[A-Za-z0-9+/_=-]{17,}`)

func isWAMID(s string) bool {
	if len(s) < 14 || len(s) > 300 {
		return false
	}
	at := wamidForm().FindStringIndex(s)
	return at != nil && at[0] == 0 && at[1] == len(s)
}

func isPhoneLike(s string) bool {
	if len(s) < shortNumber || len(s) > 15 {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}

// leak looks for masked values in a finished packet, also behind base64, URL and
// JSON escapes, and names the kind of the first that it finds.
func (m *masker) leak(out string) string {
	texts := []string{out}
	if m.profile != Public {
		// Message ids are shown on purpose.
		texts[0] = wamidForm().ReplaceAllString(out, "")
	}
	texts = append(texts, decoded(texts[0])...)
	for _, t := range texts {
		if m.hides() {
			for _, p := range m.people {
				if len(p.digits) >= 9 && strings.Contains(t, p.digits) {
					return "a recipient's number"
				}
			}
		}
		if m.profile == Public {
			for id, what := range m.ids {
				if len(id) >= 8 && strings.Contains(t, id) {
					return "the business's " + what
				}
			}
			for d := range m.business {
				if len(d) >= 9 && strings.Contains(t, d) {
					return "the business's number"
				}
			}
		}
	}
	return ""
}

var (
	escapedRun = model.Pattern(`[^\s"'<>(),;]*(?:%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2})[^\s"'<>(),;]*`)
	base64Run  = model.Pattern(`[A-Za-z0-9+/_-]{12,}`)
	jsonEscape = model.Pattern(`\\u00([0-9A-Fa-f]{2})`)
)

// decoded is what hides in s behind one or two layers of escapes.
func decoded(s string) []string {
	var out []string
	for _, run := range escapedRun().FindAllString(s, -1) {
		if d := unescape(run); d != run {
			out = append(out, d, unescape(d))
		}
	}
	for _, run := range base64Run().FindAllString(s, -1) {
		out = append(out, debase(run)...)
	}
	return out
}

func unescape(s string) string {
	s = jsonEscape().ReplaceAllStringFunc(s, func(e string) string {
		var c byte
		fmt.Sscanf(e[len(e)-2:], "%02x", &c)
		return string(rune(c))
	})
	// PathUnescape fails as a whole on one bad escape, and then a bad one would
	// hide the good ones.
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if d, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(d)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// debase decodes a run of base64 at each of its four possible beginnings. What
// is no text then is left out.
func debase(run string) []string {
	var out []string
	for lead := 0; lead < 4 && lead < len(run); lead++ {
		if raw, err := safe.DecodeBase64(run[lead:]); err == nil {
			out = append(out, string(raw))
		}
	}
	return out
}
