package packet

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"unsent/model"
	"unsent/safe"
)

// A payload is a request or an answer with everything personal masked. Text is
// the whole; JSON says that it is one JSON value; OK is false when there is
// nothing in it that is a payload at all.
type payload struct {
	Text string
	JSON bool
	OK   bool
}

// payload masks a request or an answer. What is JSON is masked by its keys, also
// inside other text, such as a log line or a curl command; a query string by its
// names; quoted pairs of anything else as well as can be told. Answer says that it
// is what came back, so that a bare title is an error's and not a button's.
func (m *masker) payload(s string, answer bool) payload {
	key := fmt.Sprint(answer, s)
	p, ok := m.payloads[key]
	if !ok {
		m.within++
		if m.within <= mostWithin {
			p = m.maskPayload(clip(s, longestPayload), answer)
			m.payloads[key] = p
		}
		m.within--
	}
	return p
}

func (m *masker) maskPayload(s string, answer bool) payload {
	s, n := safe.Redact(joinDigits(strings.TrimSpace(s)), m.literal...)
	m.secrets += n
	if n > 0 {
		m.note(safe.Mask, kindSecret, "")
	}
	if s == "" {
		return payload{}
	}
	var b strings.Builder
	whole, found := false, false
	for at, tries := 0, 0; at < len(s); {
		i := strings.IndexAny(s[at:], "{[")
		if i < 0 || tries > 16 {
			b.WriteString(m.loose(s[at:], answer, &found))
			break
		}
		i += at
		w := walker{m: m, answer: answer, dec: json.NewDecoder(strings.NewReader(s[i:]))}
		w.dec.UseNumber()
		out, ok := w.document()
		tries++
		if !ok {
			// Not JSON from here on, or cut off: one bracket further there may be some.
			if next := strings.IndexAny(s[i+1:], "{["); next >= 0 && tries <= 16 && !looksCut(s[i:]) {
				b.WriteString(m.loose(s[at:i+1], answer, &found))
				at = i + 1
				continue
			}
			b.WriteString(m.loose(s[at:], answer, &found))
			break
		}
		b.WriteString(m.loose(s[at:i], answer, &found))
		end := i + int(w.dec.InputOffset())
		whole = strings.TrimSpace(s[:i]) == "" && strings.TrimSpace(s[end:]) == ""
		found = true
		b.WriteString(out)
		at = end
	}
	return payload{Text: strings.TrimSpace(b.String()), JSON: whole, OK: found}
}

// looksCut reports that JSON begins here but its end is missing: then the pairs
// that are there are read one by one, with their keys in view.
func looksCut(s string) bool { return quotedKey().MatchString(s[:min(len(s), 200)]) }

var quotedKey = model.Pattern(`^[{\[][\s{\[]*\\*"[A-Za-z_][\w.-]*\\*"\s*:`)

// A walker writes a JSON value again, in its own order, with every scalar
// decided on.
type walker struct {
	m      *masker
	dec    *json.Decoder
	b      strings.Builder
	answer bool
	learn  bool // only meet who is in it, write nothing of worth
}

// A place is where a scalar stands: the keys above it, nearest last, and its
// number within an array of parameters.
type place struct {
	keys   []string // as written
	index  int      // 1 for the first parameter, 0 outside of parameters
	loose  bool     // read without the JSON around it
	answer bool     // part of an answer, not of a request
}

func (p place) key() string {
	if len(p.keys) == 0 {
		return ""
	}
	return normal(p.keys[len(p.keys)-1])
}

func (p place) parent() string {
	if len(p.keys) < 2 {
		return ""
	}
	return normal(p.keys[len(p.keys)-2])
}

func (p place) down(key string) place {
	keys := append(append(make([]string, 0, len(p.keys)+1), p.keys...), key)
	return place{keys: keys, index: p.index, answer: p.answer}
}

// normal folds the ways in which keys are written: recipient_id, recipientId,
// Recipient-ID.
func normal(key string) string {
	var b strings.Builder
	for _, r := range key {
		if r != '_' && r != '-' && r != '.' && r != ' ' {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// document writes one value that is an object or an array with something in it.
func (w *walker) document() (string, bool) {
	t, err := w.dec.Token()
	if err != nil {
		return "", false
	}
	d, ok := t.(json.Delim)
	if !ok {
		return "", false
	}
	if err := w.container(d, place{answer: w.answer}, 0); err != nil {
		return "", false
	}
	out := w.b.String()
	return out, strings.ContainsAny(out, `"`) || strings.Contains(out, ":")
}

// mostWithin bounds payloads inside strings of payloads. A webhook in a log line
// in a queue's message has three; what lies deeper is masked as plain text.
const mostWithin = 5

// deepest bounds the nesting of a payload. The API's deepest bodies have about
// fifteen levels.
const deepest = 60

func (w *walker) container(d json.Delim, at place, depth int) error {
	if depth > deepest {
		return fmt.Errorf("nested deeper than %d", deepest)
	}
	w.b.WriteString(d.String())
	for n := 0; w.dec.More(); n++ {
		if n > 0 {
			w.b.WriteByte(',')
		}
		here := at
		if d == '{' {
			t, err := w.dec.Token()
			if err != nil {
				return err
			}
			key, _ := t.(string)
			here = at.down(key)
			w.put(w.m.key(key))
			w.b.WriteByte(':')
		} else if k := at.key(); k == "parameters" || k == "bodyparams" || k == "params" {
			here.index = n + 1
		}
		t, err := w.dec.Token()
		if err != nil {
			return err
		}
		if inner, ok := t.(json.Delim); ok {
			if err := w.container(inner, here, depth+1); err != nil {
				return err
			}
			continue
		}
		w.scalar(t, here)
	}
	t, err := w.dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	w.b.WriteString(t.(json.Delim).String())
	return nil
}

func (w *walker) scalar(t json.Token, at place) {
	switch v := t.(type) {
	case string:
		if w.learn {
			w.m.learnScalar(v, at)
			w.b.WriteString(`""`)
			return
		}
		w.put(w.m.scalar(v, at))
	case json.Number:
		s := v.String()
		if w.learn {
			w.m.learnScalar(s, at)
			w.b.WriteByte('0')
			return
		}
		if out := w.m.scalar(s, at); out == s {
			w.b.WriteString(s)
		} else {
			// That it was written as a number may be the fault.
			w.put(strings.TrimSuffix(out, ">") + " as a JSON number>")
		}
	case bool:
		fmt.Fprintf(&w.b, "%t", v)
	default:
		w.b.WriteString("null")
	}
}

func (w *walker) put(s string) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) == nil {
		w.b.WriteString(strings.TrimSuffix(b.String(), "\n"))
	}
}

// key shows a key unless it is data: some programs key objects by number.
func (m *masker) key(k string) string {
	if len(k) > 64 || strings.Trim(k, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@") != "" {
		return m.note(fmt.Sprintf("<key %d chars>", utf8.RuneCountInString(k)), kindText, k)
	}
	return m.prose(k)
}

// learnPayload meets the people and words of a payload.
func (m *masker) learnPayload(s string) {
	s = clip(s, longestPayload)
	if m.learnt[s] || m.within >= mostWithin {
		return
	}
	m.learnt[s] = true
	m.within++
	defer func() { m.within-- }()
	rest := 0 // where the text that is no JSON begins
	loose := func(s string) {
		for _, p := range pairs(s) {
			m.learnScalar(p.value, place{keys: p.keys, loose: true})
		}
	}
	for at, tries := 0, 0; tries <= 16; tries++ {
		i := strings.IndexAny(s[at:], "{[")
		if i < 0 {
			break
		}
		at += i
		w := walker{m: m, dec: json.NewDecoder(strings.NewReader(s[at:])), learn: true}
		w.dec.UseNumber()
		if _, ok := w.document(); !ok {
			at++
			continue
		}
		loose(s[rest:at])
		at += int(w.dec.InputOffset())
		rest = at
	}
	loose(s[rest:])
}

func (m *masker) learnScalar(v string, at place) {
	if inner := strings.TrimSpace(v); len(inner) > 1 && (inner[0] == '{' || inner[0] == '[') {
		m.learnPayload(inner)
		return
	}
	k := at.key()
	switch {
	case isWAMID(v):
		if d, ok := safe.WAMIDNumber(v); ok {
			m.learnDigits(d, "", "")
		}
	case businessKeys[k]:
		if d := safe.ParsePhone(v).Digits; d != "" {
			m.business[d] = true
		}
	case phoneKeys[k]:
		m.learnPhone(v)
	case personKey(at):
		m.learnWord(v, m.name(v))
	case at.index > 0 && paramValue(k):
		m.learnWord(v, textLabel(v))
	case textKeys[k] && !inError(at):
		m.learnWord(v, textLabel(v))
	}
}

// scalar decides what is shown of one value of a payload.
func (m *masker) scalar(v string, at place) string {
	k := at.key()
	if inner := strings.TrimSpace(v); len(inner) > 1 && (inner[0] == '{' || inner[0] == '[') {
		if p := m.payload(inner, at.answer); p.JSON {
			return p.Text
		}
	}
	if v == "" || v == safe.Mask {
		return v
	}
	if pair := fmt.Sprintf("%q:%q", k, v); safe.HasSecret(pair) && k != "" {
		m.secrets++
		return m.note(safe.Mask, kindSecret, "")
	}
	switch {
	case isWAMID(v):
		return m.wamid(v)
	case businessKeys[k]:
		if m.profile == Public {
			return m.labelled(kindBusiness, v)
		}
		return m.prose(v)
	case phoneKeys[k]:
		return m.phone(v)
	case userKeys[k]:
		if !m.hides() {
			return m.prose(v)
		}
		return m.labelled(kindUser, v)
	case inError(at):
		return m.prose(v)
	case personKey(at):
		return m.note(m.name(v), kindName, v)
	case at.index > 0 && paramValue(k):
		return m.note(paramLabel(at.index, v), kindParam, v)
	case linkKeys[k]:
		return m.linkLabel(v)
	case idKeys[k]:
		return m.payloadID(v, k)
	case timeKeys[k] && isEpoch(v) && m.find(v) < 0:
		return v
	case shownKeys[k], k == "name" && namesAThing(at):
		if shown := m.prose(v); len(v) <= 80 || strings.HasPrefix(shown, "<") {
			return shown
		}
	case k == "" && at.loose && (strings.Contains(v, "://") || headerLine().MatchString(v)):
		return m.prose(v) // of a command line
	}
	if isFlagWord(v) {
		return v
	}
	return m.note(textLabel(v), kindText, v)
}

// payloadID shows an id of the business or the platform. Digits that may be
// somebody's number are shown only where the key can hold nothing else.
func (m *masker) payloadID(v, k string) string {
	if _, known := m.ids[v]; !known && isPhoneLike(v) && m.hides() && m.find(v) >= 0 {
		return m.digits(v)
	}
	if strings.Trim(v, "0123456789") == "" && len(v) >= 5 {
		known := m.ids[v]
		switch k {
		case "phonenumberid", "wabaid", "whatsappbusinessaccountid", "appid", "businessid", "portfolioid":
			return m.id(v, cmp.Or(known, kindID))
		case "id":
			// In the API's own bodies "id" is an account's; its ids are longer than
			// phone numbers are.
			if known != "" || len(v) >= 14 {
				return m.id(v, cmp.Or(known, kindID))
			}
		}
	}
	if m.profile == Public && strings.ContainsAny(v, "0123456789") {
		return m.labelled(kindID, v)
	}
	return m.prose(v)
}

func (m *masker) name(v string) string {
	return fmt.Sprintf("<name %d chars>", utf8.RuneCountInString(v))
}

func textLabel(v string) string {
	n := utf8.RuneCountInString(v)
	label := fmt.Sprintf("<text %d chars", n)
	if n > 0 && strings.Trim(v, "0123456789") == "" {
		label = fmt.Sprintf("<text %d digits", n)
	}
	return label + oddSpace(v) + ">"
}

// paramLabel keeps of a template parameter what faults of the 132000 family need:
// its number, length and kind.
func paramLabel(i int, v string) string {
	kind := "mixed"
	letters, digits, other := 0, 0, 0
	for _, r := range v {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		default:
			other++
		}
	}
	switch {
	case v == "":
		kind = "empty"
	case strings.TrimSpace(v) == "":
		kind = "only white space"
	case letters == 0 && other == 0:
		kind = "digits"
	case digits == 0 && other == 0:
		kind = "letters"
	}
	return fmt.Sprintf("<param %d: %d chars, %s%s>", i, utf8.RuneCountInString(v), kind, oddSpace(v))
}

// oddSpace names what Meta refuses in a parameter: line breaks, tabs, and more
// than four spaces in a row.
func oddSpace(v string) string {
	switch {
	case strings.ContainsAny(v, "\r\n"):
		return ", with a line break"
	case strings.Contains(v, "\t"):
		return ", with a tab"
	case strings.Contains(v, "     "):
		return ", with over 4 spaces in a row"
	}
	return ""
}

// isEpoch reports seconds or milliseconds since 1970 between 2001 and 2286.
func isEpoch(v string) bool {
	return (len(v) == 10 || len(v) == 13) && v[0] != '0' && strings.Trim(v, "0123456789") == ""
}

func isFlagWord(v string) bool {
	switch strings.ToLower(v) {
	case "true", "false", "null", "yes", "no", "none", "0", "1":
		return true
	}
	return false
}
